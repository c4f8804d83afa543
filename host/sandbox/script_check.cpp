#include "sandbox/script_check.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::sandbox {
namespace {

tl::unexpected<Error> invalid(const std::string& what) {
  return fail(ErrorKind::InvalidArgument, "sandbox_job_invalid", "the script cannot be run: " + what);
}

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

bool is_relative_path(std::string_view path) {
  if (path.empty() || path.size() > 1024 || has_nul(path)) return false;
  const auto segments = base::split(path, '/');
  return std::all_of(segments.begin(), segments.end(), [](std::string_view segment) {
    return !segment.empty() && segment.size() <= 255 && segment != "." && segment != "..";
  });
}

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.size() <= 128 && (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
         });
}

}  // namespace

Result<void> check_script(const ports::ScriptJob& job) {
  if (job.command.empty() || job.command.front().empty()) return invalid("expected a command, found none");
  std::size_t bytes = 0;
  for (const auto& part : job.command) {
    if (has_nul(part)) return invalid("the command holds a NUL character");
    bytes += part.size() + 1;
  }
  for (const auto& [name, value] : job.environment) {
    if (!is_variable_name(name))
      return invalid("environment: expected a name such as DATA_SET, found \"" + base::printable(name) + "\"");
    if (has_nul(value)) return invalid("environment: " + name + " holds a NUL character");
    bytes += name.size() + value.size() + 2;
  }
  if (bytes > kMaxCommandBytes || job.command.size() > 1024)
    return invalid("command and environment: expected at most 64 KiB in 1024 parts, found " + std::to_string(bytes) +
                   " bytes in " + std::to_string(job.command.size()));
  if (job.files.size() > kMaxFiles)
    return invalid("expected at most " + std::to_string(kMaxFiles) + " files, found " +
                   std::to_string(job.files.size()));
  std::size_t content = job.input.size();
  for (const auto& [path, text] : job.files) {
    if (!is_relative_path(path))
      return invalid("files: expected a relative path without \".\" and \"..\", found \"" + base::printable(path) +
                     "\"");
    content += text.size();
  }
  if (content > kMaxFileBytes)
    return invalid("files and input: expected at most 16 MiB, found " + std::to_string(content) + " bytes");
  if (!job.workspace.empty() && (job.workspace.front() != '/' || has_nul(job.workspace)))
    return invalid("workspace: expected an absolute path, found \"" + base::printable(job.workspace) + "\"");
  if (job.timeout_ms < 1) return invalid("timeout_ms: expected at least 1, found " + std::to_string(job.timeout_ms));
  return {};
}

}  // namespace platos::sandbox
