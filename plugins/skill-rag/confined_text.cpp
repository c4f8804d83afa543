#include "confined_text.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>

#include "document-text/exit_codes.hpp"
#include "platos/cpp/error.hpp"

namespace platos::skill_rag {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail_to_run(const std::string& program, int error) {
  throw sdk::Error(PLATOS_INTERNAL, program + " cannot be run: " + std::strerror(error));
}

/// The program at work, on one socket for both directions. Killed and reaped when this goes.
class Reader {
 public:
  Reader(const std::string& program, std::string form, std::string charset) {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) fail_to_run(program, errno);
    fd_ = pair[0];
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    sigset_t none;
    sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    std::string name = program;
    std::array<char*, 4> arguments = {name.data(), form.data(), charset.data(), nullptr};
    // No environment: it may hold secrets.
    std::array<char*, 1> environment = {nullptr};
    const int error =
        ::posix_spawn(&pid_, program.c_str(), &actions, &attributes, arguments.data(), environment.data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pair[1]);
    if (error == 0) return;
    ::close(fd_);
    fail_to_run(program, error);
  }
  ~Reader() {
    ::close(fd_);
    if (!ended_) {
      ::kill(pid_, SIGKILL);
      wait();
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  int fd() const { return fd_; }
  /// Its exit code, or -1 when a signal ended it. Blocks until it ends.
  int wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  int fd_ = -1;
  pid_t pid_ = -1;
  bool ended_ = false;
};

[[noreturn]] void takes_too_much(const std::string& what) {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT,
                   "document: expected one that can be read within bounds, found one that " + what);
}

/// Both directions until the program has closed its side.
std::string exchange(Reader& reader, std::string_view pdf, const std::function<void()>& give_up,
                     Clock::time_point until) {
  std::string text;
  std::array<char, 64 * 1024> buffer;
  if (pdf.empty()) ::shutdown(reader.fd(), SHUT_WR);
  for (;;) {
    give_up();
    if (Clock::now() > until) takes_too_much("takes too long");
    pollfd watched = {reader.fd(), static_cast<short>(pdf.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (::poll(&watched, 1, 50) <= 0) continue;
    if ((watched.revents & POLLOUT) != 0 && !pdf.empty()) {
      const ssize_t sent = ::send(reader.fd(), pdf.data(), pdf.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      // What does not want to read further says why by how it ends.
      pdf.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : errno == EAGAIN ? 0 : pdf.size());
      if (pdf.empty()) ::shutdown(reader.fd(), SHUT_WR);
    }
    if ((watched.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    const ssize_t got = ::recv(reader.fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return text;
    if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > kPdfTextBytesLimit) takes_too_much("holds over 8 MiB of text");
  }
}

std::string text_by(Reader& reader, const std::string& program, std::string_view bytes,
                    const std::function<void()>& give_up, std::int64_t time_ms) {
  if (bytes.size() > kPdfBytesLimit) takes_too_much("has over 32 MiB");
  std::string text = exchange(reader, bytes, give_up, Clock::now() + std::chrono::milliseconds(time_ms));
  switch (reader.wait()) {
    case document_text_exit::kDone: return text;
    case document_text_exit::kUnreadable:
      throw sdk::Error(PLATOS_INVALID_ARGUMENT, "document: expected a PDF or a page, found other bytes");
    case document_text_exit::kLocked:
      throw sdk::Error(PLATOS_INVALID_ARGUMENT, "PDF: expected one without a password, found a locked one");
    case document_text_exit::kTooManyPages: takes_too_much("claims over 2000 pages");
    case document_text_exit::kTooMuchText: takes_too_much("holds over 8 MiB of text");
    case document_text_exit::kNotConfined: throw sdk::Error(PLATOS_INTERNAL, program + " could not confine itself");
    default: takes_too_much("breaks its reader, or takes too much memory or time");
  }
}

}  // namespace

std::string pdf_text(const std::string& program, std::string_view pdf, const std::function<void()>& give_up,
                     std::int64_t time_ms) {
  Reader reader(program, "pdf", "");
  std::string text = text_by(reader, program, pdf, give_up, time_ms);
  if (text.find_first_not_of(" \t\r\n\f") == std::string::npos)
    throw sdk::Error(PLATOS_INVALID_ARGUMENT,
                     "PDF: expected text, found none; a scanned document needs recognition first");
  return text;
}

std::string confined_html_text(const std::string& program, std::string_view html, const std::string& charset,
                               const std::function<void()>& give_up, std::int64_t time_ms) {
  Reader reader(program, "html", charset);
  return text_by(reader, program, html, give_up, time_ms);
}

std::string installed_program() {
  Dl_info info{};
  if (::dladdr(reinterpret_cast<const void*>(&installed_program), &info) == 0 || info.dli_fname == nullptr) return {};
  const std::string library = info.dli_fname;
  return library.substr(0, library.rfind('/') + 1) + "platos-document-text";
}

}  // namespace platos::skill_rag
