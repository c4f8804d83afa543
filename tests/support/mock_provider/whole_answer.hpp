// An answer with a Content-Length: chat without stream, errors, the model list, statistics.
#pragma once

#include <functional>
#include <string>

#include "mock_provider/answer.hpp"

namespace platos::tests::mock {

/// How a whole answer is kept from its client.
enum class Trouble {
  Unspecified,
  Nothing,
  Refused,      ///< Closes without a byte.
  HeldAtStart,  ///< Nothing until release().
  HeldMidway,   ///< Half the body, the rest after release().
  CutMidway     ///< Half the body, then closes.
};

struct WholeContent {
  int status = 200;
  std::string content_type = "application/json";
  std::string more_headers;           ///< Complete lines, each with its end.
  std::function<std::string()> body;  ///< Called once, when the answer is due.
};

class WholeAnswer : public Answer {
 public:
  WholeAnswer(const AnswerContext& context, std::int64_t due_ns, WholeContent content,
              Trouble trouble = Trouble::Nothing);

 private:
  void step(std::string& out) override;
  void send_first_part(std::string& out);

  const AnswerContext context_;
  const WholeContent content_;
  const Trouble trouble_;
  bool started_ = false;
  std::string rest_;  ///< What is left of the body after its first part.
};

}  // namespace platos::tests::mock
