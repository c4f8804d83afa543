#include "extension/services/mail_service.hpp"

#include <algorithm>
#include <chrono>
#include <future>

#include "base/text.hpp"

namespace platos::extension {
namespace {

constexpr std::int64_t kHourUs = 3'600'000'000;

}  // namespace

struct MailService::Dialogue {
  std::string from;
  std::vector<std::string> recipients;
  std::string message;
  std::promise<Result<void>> promise;
  base::CancelSource cancel = {};  // touched on the loop only
  bool answered = false;           // so is this
  // A frame that is destroyed before its end: nobody can tell how far it was.
  ~Dialogue() {
    if (!answered) promise.set_value(fail(ErrorKind::Unavailable, "mail_in_doubt", "the host is stopping"));
  }
};

MailService::MailService(base::Loop& loop, egress::Client& client, egress::MailServer server, MailRules rules,
                         base::Logger& logger)
    : loop_(loop),
      client_(loop, client, server),
      rules_(std::move(rules)),
      logger_(logger),
      configured_(!server.host.empty()),
      tasks_(std::make_unique<base::TaskSet>(loop, [&logger](std::string_view, std::exception_ptr) {
        logger.error("extension", "an exception left a mail's dialogue");
      })) {}

void MailService::stop() { tasks_.reset(); }

bool MailService::allows(const std::string& address) const {
  const std::string domain = "@" + egress::mail_domain(address);
  return std::any_of(rules_.allowed_recipients.begin(), rules_.allowed_recipients.end(), [&](const auto& allowed) {
    return allowed == "*" || base::equals_ignoring_case(allowed, address) ||
           base::equals_ignoring_case(allowed, domain);
  });
}

Result<void> MailService::check_rules(const egress::Mail& mail) const {
  if (!configured_)
    return fail(ErrorKind::FailedPrecondition, "mail_not_configured",
                "the mail was not sent: the operator has set no mail server (mail.server)");
  if (auto checked = egress::check_mail(mail); !checked) return checked;
  const auto recipients = mail.recipients();
  if (recipients.size() > rules_.max_recipients)
    return fail(ErrorKind::InvalidArgument, "invalid_mail",
                "mail: expected at most " + std::to_string(rules_.max_recipients) + " recipients, found " +
                    std::to_string(recipients.size()));
  for (const auto& address : recipients) {
    if (!allows(address))
      return fail(ErrorKind::PermissionDenied, "mail_recipient_refused",
                  "the mail was not sent: " + address +
                      " is none of those whom the operator allows to write to "
                      "(mail.allowed_recipients)");
  }
  return {};
}

Result<void> MailService::count(const std::string& environment_id) {
  const std::int64_t now_us = loop_.clock().monotonic_us();
  const std::lock_guard lock(mutex_);
  for (auto it = sent_us_.begin(); it != sent_us_.end();) {
    while (!it->second.empty() && it->second.front() <= now_us - kHourUs) it->second.pop_front();
    it = it->second.empty() ? sent_us_.erase(it) : std::next(it);
  }
  auto& times = sent_us_[environment_id];
  if (times.size() >= rules_.max_per_hour) {
    return fail(ErrorKind::ResourceExhausted, "mail_rate_limited",
                "the mail was not sent: this environment has sent " + std::to_string(times.size()) +
                    " mails within the hour (mail.max_per_hour)");
  }
  times.push_back(now_us);
  return {};
}

// A repeat of a call has the key of the first attempt, and so has its mail the same id.
std::string MailService::id_of(const std::string& instance, const platos_call& call) const {
  const auto& context = call.context;
  const std::string unique = context.idempotency_key.empty() ? base::random_hex(16) : context.idempotency_key;
  const std::string all = context.scope.environment_id + '\0' + instance + '\0' + unique;
  return base::sha256_hex(all).substr(0, 40) + "@" + egress::mail_domain(rules_.from);
}

Result<std::string> MailService::send(const egress::Mail& mail, const std::string& instance, const platos_call& call) {
  if (auto checked = check_rules(mail); !checked) return fail(checked.error());
  const std::string id = id_of(instance, call);
  auto dialogue = std::make_shared<Dialogue>();
  dialogue->from = rules_.from;
  dialogue->recipients = mail.recipients();
  dialogue->message = egress::mail_text(mail, {rules_.from, rules_.from_name, id, loop_.clock().wall_us()});
  if (dialogue->message.size() > rules_.max_bytes)
    return fail(ErrorKind::TooLarge, "mail_too_large",
                "the mail was not sent: it has " + std::to_string(dialogue->message.size()) +
                    " bytes as it is sent; at most " + std::to_string(rules_.max_bytes) +
                    " are taken (mail.max_bytes)");
  if (auto counted = count(call.context.scope.environment_id); !counted) return fail(counted.error());
  const auto sent = hand_over(dialogue, call);
  // Whom and about what is the tenant's affair; that it happened is the operator's.
  logger_.info("extension", sent ? "a mail was sent" : "a mail was not sent",
               {{"instance", instance},
                {"environment", call.context.scope.environment_id},
                {"message_id", id},
                {"code", sent ? std::string("sent") : sent.error().code}});
  if (!sent) return fail(sent.error());
  return id;
}

Task<void> MailService::run(egress::MailClient& client, std::shared_ptr<Dialogue> dialogue) {
  auto sending = client.send(dialogue->from, dialogue->recipients, dialogue->message, dialogue->cancel.token());
  auto sent = co_await std::move(sending);
  dialogue->answered = true;
  dialogue->promise.set_value(std::move(sent));
}

Result<void> MailService::hand_over(std::shared_ptr<Dialogue> dialogue, const platos_call& call) {
  auto answer = dialogue->promise.get_future();
  const std::weak_ptr<Dialogue> watched = dialogue;
  loop_.post([this, dialogue = std::move(dialogue)]() mutable {
    if (tasks_) {
      tasks_->start("mail", run(client_, std::move(dialogue)));
      return;
    }
    dialogue->answered = true;
    dialogue->promise.set_value(
        fail(ErrorKind::Aborted, "mail_not_sent", "the mail was not sent: the host is stopping"));
  });
  bool told = false;
  while (answer.wait_for(std::chrono::milliseconds(50)) != std::future_status::ready) {
    const bool late = loop_.clock().monotonic_us() > call.context.deadline_us;
    if (told || (!call.cancelled && !late)) continue;
    // The dialogue ends at once, and says how far it was.
    told = true;
    loop_.post([watched, late] {
      if (const auto found = watched.lock()) found->cancel.cancel(late ? "deadline" : "cancelled");
    });
  }
  return answer.get();
}

}  // namespace platos::extension
