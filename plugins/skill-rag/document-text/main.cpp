// platos-document-text pdf | html CHARSET: a document on standard input, its text on standard output; of a PDF with a
// form feed behind each page.
//
// Confines itself before it looks at a byte: little memory and time, no new file, process or connection. Exits as
// exit_codes.hpp says; a signal means that a bound was met.
#include <poppler-document.h>
#include <poppler-global.h>
#include <poppler-page.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <vector>

#include "exit_codes.hpp"
#include "html_text.hpp"
#include "platos/cpp/error.hpp"

namespace {

using namespace platos::skill_rag;

constexpr std::size_t kMaxPdfBytes = 32 * 1024 * 1024;
constexpr std::size_t kMaxTextBytes = 8 * 1024 * 1024;
constexpr int kMaxPages = 2000;
constexpr rlim_t kMaxMemoryBytes = 512UL * 1024 * 1024;
constexpr rlim_t kMaxSeconds = 15;

bool limit(int resource, rlim_t most) {
  const rlimit bound = {most, most};
  return ::setrlimit(static_cast<__rlimit_resource>(resource), &bound) == 0;
}

bool forbid_calls() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  if (filter == nullptr) return false;
  bool done = true;
  for (const int call : {SCMP_SYS(socket),
                         SCMP_SYS(connect),
                         SCMP_SYS(bind),
                         SCMP_SYS(sendto),
                         SCMP_SYS(execve),
                         SCMP_SYS(execveat),
                         SCMP_SYS(fork),
                         SCMP_SYS(vfork),
                         SCMP_SYS(clone),
                         SCMP_SYS(clone3),
                         SCMP_SYS(ptrace),
                         SCMP_SYS(kill),
                         SCMP_SYS(tkill),
                         SCMP_SYS(unlink),
                         SCMP_SYS(unlinkat),
                         SCMP_SYS(rename),
                         SCMP_SYS(renameat),
                         SCMP_SYS(renameat2),
                         SCMP_SYS(mkdir),
                         SCMP_SYS(mkdirat),
                         SCMP_SYS(process_vm_readv),
                         SCMP_SYS(process_vm_writev),
                         SCMP_SYS(io_uring_setup)})
    done = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) == 0 && done;
  done = done && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return done;
}

bool confine() {
  bool done = ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
  done = limit(RLIMIT_CPU, kMaxSeconds) && limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0) && done;
  done = limit(RLIMIT_STACK, 8UL * 1024 * 1024) && limit(RLIMIT_NOFILE, 16) && done;
#ifndef PLATOS_SANITIZED  // a sanitizer takes terabytes of addresses
  done = limit(RLIMIT_AS, kMaxMemoryBytes) && done;
#endif
  return done && forbid_calls();
}

bool read_all(std::vector<char>& out) {
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return got == 0;
    out.insert(out.end(), buffer.data(), buffer.data() + got);
    if (out.size() > kMaxPdfBytes) return false;
  }
}

bool write_all(const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::write(STDOUT_FILENO, bytes, size);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

int extract_pdf(std::vector<char>& pdf) {
  poppler::set_debug_error_function([](const std::string&, void*) {}, nullptr);
  const std::unique_ptr<poppler::document> document(poppler::document::load_from_data(&pdf));
  if (!document) return document_text_exit::kUnreadable;
  if (document->is_locked()) return document_text_exit::kLocked;
  const int pages = document->pages();
  if (pages > kMaxPages) return document_text_exit::kTooManyPages;
  std::size_t written = 0;
  for (int i = 0; i < pages; ++i) {
    const std::unique_ptr<poppler::page> page(document->create_page(i));
    if (!page) continue;
    poppler::byte_array text = page->text().to_utf8();
    text.push_back('\f');
    written += text.size();
    if (written > kMaxTextBytes) return document_text_exit::kTooMuchText;
    if (!write_all(text.data(), text.size())) return document_text_exit::kBroken;
  }
  return document_text_exit::kDone;
}

int extract_html(const std::vector<char>& html, const std::string& charset) {
  const std::string text = html_text({html.data(), html.size()}, charset);
  if (text.size() > kMaxTextBytes) return document_text_exit::kTooMuchText;
  return write_all(text.data(), text.size()) ? document_text_exit::kDone : document_text_exit::kBroken;
}

}  // namespace

int main(int count, char** arguments) {
  if (!confine()) return document_text_exit::kNotConfined;
  std::vector<char> document;
  if (!read_all(document)) return document_text_exit::kUnreadable;
  int code = document_text_exit::kBroken;
  try {
    const bool is_html = count == 3 && std::string(arguments[1]) == "html";
    code = is_html ? extract_html(document, arguments[2]) : extract_pdf(document);
  } catch (const platos::sdk::Error&) {
    code = document_text_exit::kUnreadable;
  } catch (...) {
  }
  // What a damaged document left behind is not taken down: the process goes anyway.
  ::_exit(code);
}
