#include "support/smtp_sink.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <utility>

#include "support/authority.hpp"
#include "support/base64.hpp"

namespace platos::tests {
namespace {

std::string inside_brackets(const std::string& line) {
  const auto begin = line.find('<');
  return line.substr(begin + 1, line.find('>') - begin - 1);
}

}  // namespace

struct SmtpSink::Session {
  explicit Session(int socket) : fd(socket) {}
  ~Session() {
    tls.reset();
    ::close(fd);
  }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool encrypt(SSL_CTX* context) {
    tls.reset(SSL_new(context));
    SSL_set_fd(tls.get(), fd);
    return SSL_accept(tls.get()) == 1;
  }
  void send(const std::string& bytes) const {
    if (tls) {
      SSL_write(tls.get(), bytes.data(), static_cast<int>(bytes.size()));
    } else {
      (void)!::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
  }
  /// False when the client has gone.
  bool line(std::string& out) {
    for (;;) {
      if (const auto end = buffer.find("\r\n"); end != std::string::npos) {
        out = buffer.substr(0, end);
        buffer.erase(0, end + 2);
        return true;
      }
      char bytes[4096];
      const auto size =
          tls ? SSL_read(tls.get(), bytes, sizeof bytes) : static_cast<int>(::recv(fd, bytes, sizeof bytes, 0));
      if (size <= 0) return false;
      buffer.append(bytes, static_cast<std::size_t>(size));
    }
  }

  int fd;
  std::unique_ptr<SSL, decltype(&SSL_free)> tls{nullptr, SSL_free};
  std::string buffer;
  SmtpMail mail;
  bool known = false;
};

SmtpSink::SmtpSink(const std::string& ca_file, SmtpOptions options)
    : options_(std::move(options)), context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  // OpenSSL writes to sockets whose peer has gone.
  std::signal(SIGPIPE, SIG_IGN);
  const Authority authority;
  authority.write(ca_file);
  const auto issued = authority.issue(options_.certificate_name);
  SSL_CTX_use_certificate(context_.get(), issued.certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), issued.key.get());
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, any, size) != 0 || ::listen(listener_, 16) != 0 || ::getsockname(listener_, any, &size) != 0)
    throw std::runtime_error("no port");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

SmtpSink::~SmtpSink() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  if (const int fd = open_; fd >= 0) ::shutdown(fd, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<SmtpMail> SmtpSink::mails() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

std::vector<std::string> SmtpSink::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

void SmtpSink::wait_until_silent() const { silent_.wait(false); }

void SmtpSink::serve() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    Session session(fd);
    open_ = fd;
    if (!stopping_) talk(session);
    open_ = -1;
  }
}

void SmtpSink::talk(Session& session) {
  if (options_.implicit_tls && !session.encrypt(context_.get())) return;
  if (!answer(session, "CONNECT", "220 sink.example ESMTP")) return;
  std::string line;
  while (session.line(line)) {
    {
      const std::lock_guard lock(mutex_);
      commands_.push_back((session.tls ? "tls " : "") + line);
    }
    if (!handle(session, line)) return;
  }
}

// False: the connection is to be closed.
bool SmtpSink::answer(Session& session, const std::string& step, const std::string& usual) {
  if (options_.cut_at == step) return false;
  if (options_.silent_at == step) {
    silent_ = true;
    silent_.notify_all();
    std::string ignored;
    while (session.line(ignored)) {
    }
    return false;
  }
  const auto found = options_.replies.find(step);
  session.send((found == options_.replies.end() ? usual : found->second) + "\r\n");
  return true;
}

std::string SmtpSink::features(bool encrypted) const {
  std::string text = "250-sink.example\r\n";
  if (options_.offers_starttls && !encrypted) text += "250-STARTTLS\r\n";
  if (!options_.auth.empty() && encrypted) text += "250-AUTH " + options_.auth + "\r\n";
  if (options_.max_bytes > 0) text += "250-SIZE " + std::to_string(options_.max_bytes) + "\r\n";
  return text + "250 ENHANCEDSTATUSCODES";
}

bool SmtpSink::handle(Session& session, const std::string& line) {
  const std::string word = line.substr(0, line.find_first_of(" :"));
  if (word == "EHLO") return answer(session, word, features(session.tls != nullptr));
  if (word == "STARTTLS") {
    const std::string early = options_.speaks_early ? "\r\n250 and what I always wanted to say" : "";
    if (!answer(session, word, "220 go ahead" + early)) return false;
    return session.encrypt(context_.get());
  }
  if (word == "AUTH") return log_in(session, line);
  if (!options_.auth.empty() && !session.known && (word == "MAIL" || word == "RCPT" || word == "DATA")) {
    session.send("530 who are you\r\n");
    return true;
  }
  if (word == "MAIL") session.mail.from = inside_brackets(line);
  if (word == "RCPT") session.mail.to.push_back(inside_brackets(line));
  if (word == "DATA") {
    if (!answer(session, word, "354 go on")) return false;
    return options_.replies.count(word) > 0 || take_body(session);
  }
  return answer(session, word, word == "QUIT" ? "221 bye" : "250 ok") && word != "QUIT";
}

bool SmtpSink::log_in(Session& session, const std::string& line) {
  if (line.starts_with("AUTH PLAIN ")) {
    const std::string both = std::string(1, '\0') + options_.user + '\0' + options_.password;
    session.known = line.substr(11) == base64_of(both);
  } else {
    std::string user;
    std::string password;
    session.send("334 VXNlcm5hbWU6\r\n");
    if (!session.line(user)) return false;
    session.send("334 UGFzc3dvcmQ6\r\n");
    if (!session.line(password)) return false;
    session.known = user == base64_of(options_.user) && password == base64_of(options_.password);
  }
  return answer(session, "AUTH", session.known ? "235 welcome" : "535 no such person");
}

bool SmtpSink::take_body(Session& session) {
  std::string line;
  while (session.line(line)) {
    if (!options_.cut_in_body.empty() && line.find(options_.cut_in_body) != std::string::npos) return false;
    if (line != ".") {
      session.mail.text += line.substr(line.starts_with('.') ? 1 : 0) + "\r\n";
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      mails_.push_back(std::exchange(session.mail, {}));
    }
    return answer(session, ".", "250 taken");
  }
  return false;
}

}  // namespace platos::tests
