#include "cli/line_editor.hpp"

#include <fcntl.h>
#include <histedit.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <cwchar>
#include <filesystem>

#include "base/text.hpp"

namespace platos::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kHistoryLines = 1000;

/// One byte from the terminal; 0 at its end or at Ctrl-C.
int read_byte(int interrupts_fd, char& byte) {
  std::array<pollfd, 2> events = {{{STDIN_FILENO, POLLIN, 0}, {interrupts_fd, POLLIN, 0}}};
  while (true) {
    const int ready = ::poll(events.data(), events.size(), -1);
    if (ready < 0 && errno == EINTR) continue;  // such as a window of another size
    if (ready < 0 || (events[1].revents & POLLIN) != 0) return 0;
    const auto got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    return got == 1 ? 1 : 0;
  }
}

char* prompt(EditLine*) {
  static char text[] = "> ";
  return text;
}

}  // namespace

struct LineEditor::Handles {
  Interrupts& interrupts;
  EditLine* editor = nullptr;
  History* history = nullptr;

  explicit Handles(Interrupts& source) : interrupts(source) {}

  // libedit itself would sleep through a signal that arrives before its read().
  static int read_character(EditLine* editor, wchar_t* character) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    std::mbstate_t state{};
    char byte = 0;
    while (read_byte(static_cast<Handles*>(self)->interrupts.fd(), byte) == 1) {
      const std::size_t length = std::mbrtowc(character, &byte, 1, &state);
      if (length == static_cast<std::size_t>(-2)) continue;
      if (length == static_cast<std::size_t>(-1)) {
        state = {};
        continue;  // not a character of this locale
      }
      return 1;
    }
    return 0;
  }
};

std::string default_history_path() {
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::string(state) + "/platos/chat_history";
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "" : home) + "/.local/state/platos/chat_history";
}

LineEditor::LineEditor(Interrupts& interrupts, std::string history_path)
    : history_path_(std::move(history_path)), handles_(std::make_unique<Handles>(interrupts)) {
  HistEvent event{};
  handles_->history = history_init();
  ::history(handles_->history, &event, H_SETSIZE, kHistoryLines);
  ::history(handles_->history, &event, H_SETUNIQUE, 1);
  ::history(handles_->history, &event, H_LOAD, history_path_.c_str());
  handles_->editor = el_init("platos", stdin, stdout, stderr);
  el_set(handles_->editor, EL_CLIENTDATA, handles_.get());
  el_set(handles_->editor, EL_GETCFN, &Handles::read_character);
  el_set(handles_->editor, EL_PROMPT, &prompt);
  el_set(handles_->editor, EL_EDITOR, "emacs");
  el_set(handles_->editor, EL_HIST, &::history, handles_->history);
  el_set(handles_->editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
}

LineEditor::~LineEditor() {
  el_end(handles_->editor);
  history_end(handles_->history);
}

std::optional<std::string> LineEditor::read_line() {
  int count = 0;
  const char* line = el_gets(handles_->editor, &count);
  if (handles_->interrupts.take() || line == nullptr || count <= 0) return std::nullopt;
  return std::string(base::trim(std::string_view(line, std::strlen(line))));
}

void LineEditor::remember(const std::string& line) {
  HistEvent event{};
  ::history(handles_->history, &event, H_ENTER, line.c_str());
  save();
}

void LineEditor::save() const {
  std::error_code ignored;
  fs::create_directories(fs::path(history_path_).parent_path(), ignored);
  const int fd = ::open(history_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return;
  ::fchmod(fd, 0600);
  FILE* file = ::fdopen(fd, "w");
  if (file == nullptr) {
    ::close(fd);
    return;
  }
  HistEvent event{};
  ::history(handles_->history, &event, H_SAVE_FP, file);
  std::fclose(file);
}

}  // namespace platos::cli
