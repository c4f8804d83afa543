#include "sandbox/arguments.hpp"

#include <algorithm>
#include <filesystem>

#include "sandbox/helper/protocol.hpp"

namespace platos::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr int kFirstDescriptor = 3;
constexpr const char* kInsideUser = "1000";
constexpr const char* kPasswd = "sandbox:x:1000:1000:sandbox:/workspace:/bin/sh\nroot:x:0:0:root:/:/bin/false\n";
constexpr const char* kGroup = "sandbox:x:1000:\nroot:x:0:\n";
constexpr const char* kHosts = "127.0.0.1 localhost\n";
constexpr const char* kDevices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
// What Debian's programs are found by, and nothing that says whose machine this is.
constexpr const char* kFromEtc[] = {"/etc/alternatives", "/etc/ld.so.cache"};

bool lies_in(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

class ArgumentBuilder {
 public:
  ArgumentBuilder(const Options& options, const Account& account) : options_(options), account_(account) {}

  void add(std::initializer_list<std::string_view> words) {
    for (const auto word : words) {
      text_ += word;
      text_ += '\0';
    }
  }

  /// A folder or file of the host. A root daemon binds it first: the other user may not get to it.
  void bind(std::string_view how, const std::string& source, const std::string& target) {
    if (account_.change) {
      add({how, kStageFolder + ("/" + std::to_string(sources_.size())), target});
      sources_.push_back(source);
    } else {
      add({how, source, target});
    }
  }

  /// The number that `descriptor` will have in the child.
  std::string pass(Descriptor descriptor) {
    descriptors_.push_back(std::move(descriptor));
    return std::to_string(kFirstDescriptor + static_cast<int>(descriptors_.size()) - 1);
  }

  Result<void> file(const char* permissions, std::string_view content, const std::string& target) {
    auto made = file_in_memory(content);
    if (!made) return fail(made.error());
    const std::string number = pass(std::move(*made));
    add({"--perms", permissions, "--file", number, target});
    return {};
  }

  Result<Command> finish(std::vector<std::string> inside) {
    auto arguments = file_in_memory(text_);
    if (!arguments) return fail(arguments.error());
    Command command;
    if (account_.change) {
      command.arguments = {options_.helper, "start", std::to_string(account_.user), std::to_string(account_.group),
                           std::to_string(sources_.size())};
      command.arguments.insert(command.arguments.end(), sources_.begin(), sources_.end());
    }
    const std::string number = pass(std::move(*arguments));
    for (const auto& word : {options_.bwrap, std::string("--args"), number, std::string("--")})
      command.arguments.push_back(word);
    command.arguments.insert(command.arguments.end(), inside.begin(), inside.end());
    command.descriptors = std::move(descriptors_);
    return command;
  }

 private:
  const Options& options_;
  const Account& account_;
  std::string text_;
  std::vector<std::string> sources_;
  std::vector<Descriptor> descriptors_;
};

Result<void> check_read_only(const Options& options) {
  for (const auto& path : options.read_only_paths) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    std::string problem;
    if (error) problem = error.message();
    const fs::path data = fs::weakly_canonical(options.data_dir, error);
    if (problem.empty() && (lies_in(data, real) || lies_in(real, data))) problem = "it would show the data directory";
    if (!problem.empty())
      return fail(ErrorKind::FailedPrecondition, "sandbox_unavailable",
                  "sandbox.read_only_paths: " + path + ": " + problem);
  }
  return {};
}

void add_system(ArgumentBuilder& builder) {
  builder.bind("--ro-bind", "/usr", "/usr");
  for (const char* name : {"/bin", "/sbin", "/lib", "/lib64"}) {
    std::error_code error;
    if (fs::is_symlink(name, error)) {
      builder.add({"--symlink", fs::read_symlink(name, error).string(), name});
    } else if (fs::is_directory(name, error)) {
      builder.bind("--ro-bind", name, name);
    }
  }
  for (const char* name : kFromEtc) {
    std::error_code error;
    if (fs::exists(name, error)) builder.bind("--ro-bind", name, name);
  }
  builder.add({"--proc", "/proc", "--perms", "0755", "--tmpfs", "/dev"});
  for (const char* device : kDevices) builder.bind("--dev-bind", device, device);
  builder.add({"--symlink", "/proc/self/fd", "/dev/fd", "--symlink", "/proc/self/fd/0", "/dev/stdin"});
  builder.add({"--symlink", "/proc/self/fd/1", "/dev/stdout", "--symlink", "/proc/self/fd/2", "/dev/stderr"});
}

void add_environment(ArgumentBuilder& builder, const std::map<std::string, std::string>& wanted) {
  std::map<std::string, std::string> all = {{"PATH", "/usr/local/bin:/usr/bin:/bin"},
                                            {"HOME", "/workspace"},
                                            {"TMPDIR", "/tmp"},
                                            {"LANG", "C.UTF-8"},
                                            {"USER", "sandbox"},
                                            {"PLATOS_WORKSPACE", "/workspace"}};
  for (const auto& [name, value] : wanted) all[name] = value;
  builder.add({"--clearenv"});
  for (const auto& [name, value] : all) builder.add({"--setenv", name, value});
}

Result<void> add_folders(ArgumentBuilder& builder, const ports::ScriptJob& job, const Options& options) {
  const std::string size = std::to_string(options.temporary_bytes);
  builder.add({"--perms", "0700", "--size", size, "--tmpfs", "/tmp"});
  builder.add({"--perms", "0700", "--size", size, "--tmpfs", "/dev/shm"});
  if (job.workspace.empty()) {
    builder.add({"--perms", "0700", "--size", size, "--tmpfs", "/workspace"});
  } else {
    builder.bind("--bind", job.workspace, "/workspace");
  }
  for (const auto& path : options.read_only_paths) builder.bind("--ro-bind", path, path);
  if (auto made = builder.file("0444", kPasswd, "/etc/passwd"); !made) return made;
  if (auto made = builder.file("0444", kGroup, "/etc/group"); !made) return made;
  if (auto made = builder.file("0444", kHosts, "/etc/hosts"); !made) return made;
  builder.add({"--perms", "0755", "--tmpfs", "/job"});
  for (const auto& [path, content] : job.files) {
    if (auto made = builder.file("0555", content, "/job/" + path); !made) return made;
  }
  builder.add({"--remount-ro", "/job"});
  return {};
}

std::vector<std::string> helper_words(const ports::ScriptJob& job, const Options& options, const std::string& status) {
  std::vector<std::string> words = {kHelperInside,
                                    "enter",
                                    status,
                                    std::to_string(std::max<std::int64_t>(1, (options.cpu_ms + 999) / 1000)),
                                    std::to_string(options.memory_bytes),
                                    std::to_string(options.file_bytes),
                                    std::to_string(options.processes),
                                    std::to_string(options.open_files),
                                    "/usr",
                                    "/bin",
                                    "/sbin",
                                    "/lib",
                                    "/lib64",
                                    "/etc",
                                    "/job"};
  words.insert(words.end(), options.read_only_paths.begin(), options.read_only_paths.end());
  words.push_back("--");
  words.insert(words.end(), job.command.begin(), job.command.end());
  return words;
}

}  // namespace

Result<Command> command_of(const ports::ScriptJob& job, const Options& options, const Account& account,
                           const std::string& filter, Descriptor status) {
  if (auto checked = check_read_only(options); !checked) return fail(checked.error());
  ArgumentBuilder builder(options, account);
  builder.add({"--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"});
  builder.add({"--unshare-cgroup", "--die-with-parent", "--new-session", "--hostname", "sandbox"});
  builder.add({"--uid", kInsideUser, "--gid", kInsideUser, "--cap-drop", "ALL"});
  add_system(builder);
  if (auto added = add_folders(builder, job, options); !added) return fail(added.error());
  builder.bind("--ro-bind", options.helper, kHelperInside);
  builder.add({"--remount-ro", "/dev", "--remount-ro", "/"});
  add_environment(builder, job.environment);
  builder.add({"--chdir", job.files.empty() || job.start_in_workspace ? "/workspace" : "/job"});
  auto bytes = file_in_memory(filter);
  if (!bytes) return fail(bytes.error());
  const std::string filter_number = builder.pass(std::move(*bytes));
  builder.add({"--seccomp", filter_number});
  const std::string status_number = builder.pass(std::move(status));
  return builder.finish(helper_words(job, options, status_number));
}

}  // namespace platos::sandbox
