// One connection to a mail server, for a coroutine that talks on it. Internal to egress.
#pragma once

#include <memory>
#include <string>

#include "base/completion.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "egress/channel.hpp"
#include "egress/mail_reply.hpp"

namespace platos::egress {

/// Bound to its loop; lives in the frame of the coroutine. One operation at a time. Each fails with Unavailable
/// "mail_cut", Deadline "mail_timeout" when `silence_us` pass without a byte moved, or what abort() said.
class MailConnection final : public base::FdHandler {
 public:
  MailConnection(base::Loop& loop, std::unique_ptr<Channel> channel, std::int64_t silence_us);
  ~MailConnection() override;
  MailConnection(const MailConnection&) = delete;
  MailConnection& operator=(const MailConnection&) = delete;

  /// Connects, and greets by TLS if the channel has it. Until `by_us`.
  Task<Result<void>> establish(std::int64_t by_us);
  /// STARTTLS was agreed on. FailedPrecondition "mail_bad_reply" when the server has said more than it was asked.
  Task<Result<void>> start_tls(const TlsContext& context, std::string host);
  Task<Result<void>> write(std::string bytes);
  Task<Result<MailReply>> read_reply();
  /// write() and read_reply().
  Task<Result<MailReply>> ask(std::string command);

  /// Ends the operation under way and all later ones with this error.
  void abort(Error error);
  void on_ready(std::uint32_t events) override;

 private:
  enum class Wake { Unspecified, Ready, TimedOut, Aborted };
  Task<Result<void>> wait(Channel::Io io, std::int64_t by_us);
  std::int64_t silent_until() const;
  Error broke(const std::string& why) const;

  base::Loop& loop_;
  std::unique_ptr<Channel> channel_;
  std::int64_t silence_us_;
  MailReplyReader reader_;
  std::optional<Error> aborted_;
  base::Completion<Wake> woken_;
  base::Loop::TimerId timer_{0, 0};
};

}  // namespace platos::egress
