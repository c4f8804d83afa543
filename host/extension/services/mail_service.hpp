// Mail for plugin workers: the operator's rules, then the mail client of a loop.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task_set.hpp"
#include "egress/mail_client.hpp"
#include "extension/services/call.hpp"

namespace platos::extension {

/// What the operator allows, whoever asks.
struct MailRules {
  std::string from;
  std::string from_name;
  std::vector<std::string> allowed_recipients;  ///< addresses, "@domain", or "*"; none: nobody
  std::size_t max_recipients = 10;
  std::size_t max_bytes = 10 * 1024 * 1024;  ///< of the whole message as it is sent
  std::size_t max_per_hour = 100;            ///< of one environment, by this process
};

/// send() is called on worker threads and blocks; the dialogue runs on the loop. Internally synchronised.
class MailService {
 public:
  MailService(base::Loop& loop, egress::Client& client, egress::MailServer server, MailRules rules,
              base::Logger& logger);

  /// Whether a server is configured.
  bool is_configured() const { return configured_; }

  /// Checks, counts and sends; the Message-ID. `instance` and the call's key make the id. Errors: those of
  /// egress::MailClient and check_mail(), PermissionDenied "mail_recipient_refused", TooLarge "mail_too_large",
  /// ResourceExhausted "mail_rate_limited". After a cancelled call or its deadline it still says what became of the
  /// mail.
  Result<std::string> send(const egress::Mail& mail, const std::string& instance, const platos_call& call);

  /// Ends what is under way; called on the loop before it stops.
  void stop();

 private:
  struct Dialogue;
  static Task<void> run(egress::MailClient& client, std::shared_ptr<Dialogue> dialogue);
  Result<void> check_rules(const egress::Mail& mail) const;
  bool allows(const std::string& address) const;
  Result<void> count(const std::string& environment_id);
  std::string id_of(const std::string& instance, const platos_call& call) const;
  Result<void> hand_over(std::shared_ptr<Dialogue> dialogue, const platos_call& call);

  base::Loop& loop_;
  egress::MailClient client_;
  MailRules rules_;
  base::Logger& logger_;
  bool configured_;
  std::unique_ptr<base::TaskSet> tasks_;
  std::mutex mutex_;
  std::map<std::string, std::deque<std::int64_t>> sent_us_;  // by environment, within the last hour
};

}  // namespace platos::extension
