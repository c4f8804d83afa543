#include "skills/archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

#include "base/text.hpp"

namespace platos::skills {
namespace {

constexpr std::size_t kMaxEntries = 2 * model::kMaxSkillFiles;
constexpr std::size_t kBlockBytes = 64 * 1024;

struct CloseArchive {
  void operator()(::archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<::archive, CloseArchive>;

Error unreadable(const std::string& reason) {
  return {ErrorKind::InvalidArgument,
          "archive_unreadable",
          "the archive cannot be read as a zip, tar or tar.gz file: " + base::printable(reason),
          false,
          0,
          {}};
}

Error reason_of(::archive* reader) {
  const char* text = archive_error_string(reader);
  return unreadable(text == nullptr ? "it is damaged" : text);
}

Error irregular(std::string_view path, const char* what) {
  return {ErrorKind::InvalidArgument,
          "archive_irregular",
          "the archive's entry \"" + base::printable(path, 80) + "\" is " + what + "; pack regular files only",
          false,
          0,
          {}};
}

Error too_large(std::string_view path) {
  return {ErrorKind::TooLarge,
          "skill_too_large",
          "the archive is too large at \"" + base::printable(path, 80) + "\": at most " +
              std::to_string(model::kMaxSkillFiles) + " files, 1 MiB a file and 4 MiB in all are unpacked",
          false,
          0,
          {}};
}

std::string path_of(::archive_entry* entry) {
  const char* utf8 = archive_entry_pathname_utf8(entry);
  const char* path = utf8 == nullptr ? archive_entry_pathname(entry) : utf8;
  std::string text = path == nullptr ? std::string() : std::string(path);
  while (text.starts_with("./")) text.erase(0, 2);
  return text;
}

/// What packers leave beside what was packed.
bool is_litter(std::string_view path) {
  return path.starts_with("__MACOSX/") || path.ends_with("/.DS_Store") || path == ".DS_Store";
}

Result<std::string> content_of(::archive* reader, std::string_view path, std::size_t room) {
  std::string content;
  const std::size_t most = std::min(room, model::kMaxSkillFileBytes);
  std::string block(kBlockBytes, '\0');
  for (;;) {
    const la_ssize_t count = archive_read_data(reader, block.data(), block.size());
    if (count < 0) return fail(reason_of(reader));
    if (count == 0) return content;
    if (content.size() + static_cast<std::size_t>(count) > most) return fail(too_large(path));
    content.append(block.data(), static_cast<std::size_t>(count));
  }
}

Result<void> check_entry(::archive_entry* entry, const std::string& path) {
  if (archive_entry_is_encrypted(entry) != 0) return fail(irregular(path, "encrypted"));
  if (archive_entry_hardlink(entry) != nullptr || archive_entry_symlink(entry) != nullptr)
    return fail(irregular(path, "a link"));
  if (archive_entry_filetype(entry) != AE_IFREG) return fail(irregular(path, "no regular file"));
  return model::check_skill_path(path);
}

/// "my-skill/" when everything lies in it.
std::string common_folder(const model::SkillFiles& files) {
  if (files.empty()) return {};
  const std::string& first = files.begin()->first;
  const auto slash = first.find('/');
  if (slash == std::string::npos) return {};
  const std::string folder = first.substr(0, slash + 1);
  const bool all =
      std::all_of(files.begin(), files.end(), [&](const auto& file) { return file.first.starts_with(folder); });
  return all ? folder : std::string();
}

Result<Reader> open_archive(std::string_view bytes) {
  Reader reader(archive_read_new());
  if (!reader) return fail(ErrorKind::Unavailable, "overloaded", "there is no memory for an archive");
  archive_read_support_format_zip(reader.get());
  archive_read_support_format_tar(reader.get());
  archive_read_support_filter_gzip(reader.get());
  if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK)
    return fail(reason_of(reader.get()));
  return reader;
}

Result<model::SkillFiles> unpack(::archive* reader) {
  model::SkillFiles files;
  std::size_t entries = 0;
  std::size_t room = model::kMaxSkillPackageBytes;
  ::archive_entry* entry = nullptr;
  for (;;) {
    const int status = archive_read_next_header(reader, &entry);
    if (status == ARCHIVE_EOF) return files;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return fail(reason_of(reader));
    const std::string path = path_of(entry);
    if (++entries > kMaxEntries) return fail(too_large(path));
    const bool is_dropped = archive_entry_filetype(entry) == AE_IFDIR || is_litter(path);
    const auto good = is_dropped ? Result<void>() : check_entry(entry, path);
    if (!good) return fail(good.error());
    // What is dropped is unpacked, too, on the way to what follows.
    auto content = content_of(reader, path, room);
    if (!content) return fail(content.error());
    room -= content->size();
    if (is_dropped) continue;
    if (!files.emplace(path, std::move(*content)).second) return fail(irregular(path, "there twice"));
  }
}

}  // namespace

bool looks_like_archive(std::string_view bytes) {
  return bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06") || bytes.starts_with("\x1F\x8B") ||
         (bytes.size() > 262 && bytes.substr(257, 5) == "ustar");
}

Result<model::SkillFiles> read_archive(std::string_view bytes) {
  if (!looks_like_archive(bytes)) return fail(unreadable("it begins as none of them does"));
  auto reader = open_archive(bytes);
  if (!reader) return fail(reader.error());
  auto files = unpack(reader->get());
  if (!files) return files;
  const std::string folder = common_folder(*files);
  if (folder.empty()) return files;
  model::SkillFiles inner;
  for (auto& [path, content] : *files) {
    if (path.size() == folder.size()) return fail(irregular(path, "without a name"));
    inner.emplace(path.substr(folder.size()), std::move(content));
  }
  return inner;
}

}  // namespace platos::skills
