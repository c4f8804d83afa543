#include "skills/skills.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/tool.hpp"
#include "store/end_users.hpp"
#include "tenancy/audit.hpp"

namespace platos::skills {
namespace {

using model::Scope;
using store::Session;
using store::SkillPackages;

constexpr std::int64_t kKeepUs = 5'000'000;
constexpr std::size_t kMaxEnvironments = 1'000;
constexpr std::size_t kMaxVersionsKnown = 2'000;
constexpr std::size_t kMaxPackages = 200;
constexpr std::size_t kMaxVersions = 50;
constexpr std::size_t kMaxExposed = 64;

Error skill_not_found(std::string_view id) {
  return {ErrorKind::NotFound,
          "skill_not_found",
          "there is no installed skill \"" + base::printable(id, 80) + "\"",
          false,
          0,
          {}};
}

std::string version_key(const std::string& package_id, std::int64_t number) {
  return package_id + "/" + std::to_string(number);
}

store::SkillVersionRow version_row(const model::SkillPackage& package, const SkillInstallation& wanted,
                                   const model::Principal& who, std::int64_t now_us) {
  store::SkillVersionRow row;
  row.manifest_path = package.manifest_path;
  row.checksum = package.checksum;
  row.imported_from = wanted.imported_from;
  row.file_count = static_cast<std::int64_t>(package.files.size());
  for (const auto& [path, content] : package.files) row.total_bytes += static_cast<std::int64_t>(content.size());
  row.created_by = who.user_id;
  row.created_us = now_us;
  return row;
}

/// Names that a model sees must lead to one package.
Result<void> check_clash(const std::vector<store::SkillPackageRow>& others, const std::string& slug) {
  const std::string exposed = exposed_name(slug, "");
  for (const auto& other : others) {
    if (other.slug == slug || exposed_name(other.slug, "") != exposed) continue;
    return fail(ErrorKind::Conflict, "skill_name_clash",
                "tools of \"" + slug + "\" would be called like those of the installed skill \"" + other.slug +
                    "\"; remove that one, or give this one another id");
  }
  if (others.size() < kMaxPackages) return {};
  return fail(ErrorKind::ResourceExhausted, "too_many_skills",
              "the environment has " + std::to_string(others.size()) + " installed skills, which is the limit");
}

/// What others wrote must not take the place of what the operator ships, nor the other way round.
Result<void> check_origin(const store::SkillPackageRow& there, const std::string& origin) {
  if ((there.origin == "official") == (origin == "official")) return {};
  return fail(ErrorKind::Conflict, "skill_name_clash",
              "the installed skill \"" + there.slug + "\" is of origin " + there.origin + ", this one of origin " +
                  origin + "; remove that one first");
}

void write_files(SkillPackages& packages, const Scope& scope, const store::SkillVersionRow& row,
                 const model::SkillFiles& files) {
  packages.insert(scope, row);
  for (const auto& [path, content] : files) packages.insert(scope, row, path, content);
}

/// The oldest go when there are too many; the current one stays.
void prune(SkillPackages& packages, const Scope& scope, const store::SkillPackageRow& package) {
  const auto all = packages.versions(scope, package.id);
  for (std::size_t i = kMaxVersions; i < all.size(); ++i) {
    if (all[i].number != package.current_number) packages.remove_version(scope, package.id, all[i].number);
  }
}

}  // namespace

std::string exposed_name(std::string_view slug, std::string_view tool) {
  std::string name = model::model_tool_name(slug, tool);
  if (name.size() <= kMaxExposed) return name;
  const std::string mark = "_" + base::sha256_hex(slug).substr(0, 8);
  const std::size_t room = kMaxExposed - std::min(kMaxExposed, mark.size() + tool.size() + 2);
  return model::model_tool_name(std::string(slug.substr(0, room)) + mark, tool);
}

std::vector<std::string> InstalledSkill::missing() const {
  std::vector<std::string> names;
  for (const auto& name : current->manifest.required_env) {
    const auto found = variables.find(name);
    if (found == variables.end() || !found->second) names.push_back(name);
  }
  return names;
}

const InstalledSkill* InstalledSkills::find(std::string_view id_or_slug) const {
  const auto found = std::find_if(all.begin(), all.end(), [&](const InstalledSkill& each) {
    return each.row.slug == id_or_slug || each.row.id == id_or_slug;
  });
  return found == all.end() ? nullptr : &*found;
}

void Skills::forget() {
  const std::lock_guard lock(mutex_);
  ++generation_;
  known_.clear();
}

bool Skills::is_disabled(std::string_view slug) const {
  return std::find(disabled_.begin(), disabled_.end(), slug) != disabled_.end();
}

std::shared_ptr<const PackageVersion> Skills::version(Session& session, const Scope& scope,
                                                      const store::SkillPackageRow& package) {
  const std::string key = version_key(package.id, package.current_number);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = versions_.find(key); known != versions_.end()) return known->second;
  }
  SkillPackages packages(session);
  auto read = std::make_shared<PackageVersion>();
  read->row = packages.find_version(scope, package.id, package.current_number).value_or(store::SkillVersionRow());
  read->files = packages.files(scope, package.id, package.current_number);
  const auto source = packages.content(scope, package.id, package.current_number, read->row.manifest_path);
  auto manifest = base::to_lower(read->row.manifest_path) == "skill.md"
                      ? model::parse_skill_md(source.value_or(""))
                      : model::parse_skill_manifest(source.value_or(""));
  if (manifest) {
    read->manifest = std::move(*manifest);
  } else {
    read->manifest.id = read->manifest.name = package.slug;
    read->problem = manifest.error().message;
  }
  if (is_disabled(package.slug)) read->problem = "the operator has disabled it (skills.disabled)";
  const std::lock_guard lock(mutex_);
  if (versions_.size() >= kMaxVersionsKnown) versions_.clear();
  versions_.emplace(key, read);
  return read;
}

InstalledSkill Skills::state_of(Session& session, const Scope& scope, const store::SkillPackageRow& package) {
  InstalledSkill state;
  state.row = package;
  state.current = version(session, scope, package);
  for (const auto* names : {&state.current->manifest.required_env, &state.current->manifest.optional_env}) {
    for (const auto& name : *names) {
      auto variable = store::EnvironmentVariables(session).find(scope, name);
      state.variables[name] = variable && !variable->value.empty();
      if (variable) base::wipe(variable->value);
    }
  }
  return state;
}

Task<Result<std::shared_ptr<const InstalledSkills>>> Skills::installed(base::Loop& loop, Scope scope) {
  using Answer = Result<std::shared_ptr<const InstalledSkills>>;
  const std::int64_t now_us = loop.clock().monotonic_us();
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto known = known_.find(scope.environment_id);
    if (known != known_.end() && known->second.until_us > now_us) co_return known->second.skills;
    generation = generation_;
  }
  const auto read = database_.read(loop, [this, scope](Session& session) -> Answer {
    auto all = std::make_shared<InstalledSkills>();
    for (const auto& package : SkillPackages(session).list(scope))
      all->all.push_back(state_of(session, scope, package));
    return all;
  });
  auto answer = co_await read;
  if (!answer) co_return answer;
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMaxEnvironments) known_.clear();
  if (generation == generation_) known_[scope.environment_id] = {*answer, now_us + kKeepUs};
  co_return answer;
}

Task<Result<InstalledSkill>> Skills::find(base::Loop& loop, Scope scope, std::string id_or_slug) {
  const auto read = database_.read(loop, [this, scope, id_or_slug](Session& session) -> Result<InstalledSkill> {
    const auto package = SkillPackages(session).find(scope, id_or_slug);
    if (!package) return fail(skill_not_found(id_or_slug));
    return state_of(session, scope, *package);
  });
  co_return co_await read;
}

Task<Result<InstalledSkill>> Skills::install(base::Loop& loop, model::Principal who, SkillInstallation wanted) {
  const std::string& slug = wanted.package.manifest.id;
  if (is_disabled(slug)) {
    co_return fail(ErrorKind::FailedPrecondition, "skill_disabled",
                   "the operator has disabled the skill \"" + slug + "\" (skills.disabled)");
  }
  if (wanted.origin != "official" && official_.find(slug) != nullptr) {
    co_return fail(ErrorKind::Conflict, "skill_name_clash",
                   "\"" + slug + "\" is the id of an official skill; give this one another id");
  }
  const std::int64_t now_us = loop.clock().wall_us();
  const std::string new_id = ids_.make("skl");
  const auto shared = std::make_shared<const SkillInstallation>(std::move(wanted));
  const auto write = database_.write(loop, [=, this](Session& session) -> Result<void> {
    SkillPackages packages(session);
    const auto& package = shared->package;
    auto there = packages.find(who.scope, package.manifest.id);
    if (auto free = check_clash(packages.list(who.scope), package.manifest.id); !there && !free) return free;
    if (auto fits = there ? check_origin(*there, shared->origin) : Result<void>(); !fits) return fits;
    if (there) {
      const auto current = packages.find_version(who.scope, there->id, there->current_number);
      if (current && current->checksum == package.checksum) return {};
    }
    store::SkillPackageRow row = there.value_or(store::SkillPackageRow());
    row.origin = shared->origin;
    row.current_number = row.last_number = row.last_number + 1;
    row.updated_us = now_us;
    if (!there) {
      row.id = new_id;
      row.slug = package.manifest.id;
      row.created_us = now_us;
      packages.insert(who.scope, row);
    } else {
      packages.update(who.scope, row);
    }
    auto version = version_row(package, *shared, who, now_us);
    version.package_id = row.id;
    version.number = row.current_number;
    write_files(packages, who.scope, version, package.files);
    prune(packages, who.scope, row);
    tenancy::write_audit(session, ids_, who, "skill.install", row.slug,
                         {{"version", row.current_number}, {"checksum", package.checksum}, {"origin", row.origin}},
                         now_us);
    return {};
  });
  const auto done = co_await write;
  forget();
  if (!done) co_return fail(done.error());
  co_return co_await find(loop, who.scope, shared->package.manifest.id);
}

Task<Result<std::vector<store::SkillVersionRow>>> Skills::versions(base::Loop& loop, Scope scope,
                                                                   std::string id_or_slug) {
  using Answer = Result<std::vector<store::SkillVersionRow>>;
  const auto read = database_.read(loop, [scope, id_or_slug](Session& session) -> Answer {
    SkillPackages packages(session);
    const auto package = packages.find(scope, id_or_slug);
    if (!package) return fail(skill_not_found(id_or_slug));
    return packages.versions(scope, package->id);
  });
  co_return co_await read;
}

Task<Result<InstalledSkill>> Skills::roll_back(base::Loop& loop, model::Principal who, std::string id_or_slug,
                                               std::int64_t number) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [=, this](Session& session) -> Result<void> {
    SkillPackages packages(session);
    auto package = packages.find(who.scope, id_or_slug);
    if (!package) return fail(skill_not_found(id_or_slug));
    if (!packages.find_version(who.scope, package->id, number)) {
      return fail(ErrorKind::NotFound, "skill_version_not_found",
                  "the skill \"" + package->slug + "\" has no version " + std::to_string(number));
    }
    if (package->current_number == number) return {};
    package->current_number = number;
    package->updated_us = now_us;
    packages.update(who.scope, *package);
    tenancy::write_audit(session, ids_, who, "skill.rollback", package->slug, {{"version", number}}, now_us);
    return {};
  });
  const auto done = co_await write;
  forget();
  if (!done) co_return fail(done.error());
  co_return co_await find(loop, who.scope, id_or_slug);
}

Task<Result<std::string>> Skills::remove(base::Loop& loop, model::Principal who, std::string id_or_slug) {
  const std::int64_t now_us = loop.clock().wall_us();
  const auto write = database_.write(loop, [=, this](Session& session) -> Result<std::string> {
    SkillPackages packages(session);
    const auto package = packages.find(who.scope, id_or_slug);
    if (!package) return fail(skill_not_found(id_or_slug));
    packages.remove(who.scope, package->id);
    tenancy::write_audit(session, ids_, who, "skill.delete", package->slug, model::Json::object(), now_us);
    return package->slug;
  });
  const auto done = co_await write;
  forget();
  co_return done;
}

Task<Result<std::string>> Skills::content(base::Loop& loop, Scope scope, std::string package_id, std::int64_t number,
                                          std::string path) {
  const auto read = database_.read(loop, [=](Session& session) -> Result<std::string> {
    auto found = SkillPackages(session).content(scope, package_id, number, path);
    if (found) return std::move(*found);
    return fail(ErrorKind::NotFound, "skill_file_not_found",
                "the skill has no file \"" + base::printable(path, 80) + "\"; load_skill without \"file\" lists them");
  });
  co_return co_await read;
}

Task<Result<model::SkillFiles>> Skills::all_files(base::Loop& loop, Scope scope, std::string package_id,
                                                  std::int64_t number) {
  const auto read = database_.read(loop, [=](Session& session) -> Result<model::SkillFiles> {
    SkillPackages packages(session);
    model::SkillFiles files;
    for (const auto& file : packages.files(scope, package_id, number)) {
      files[file.path] = packages.content(scope, package_id, number, file.path).value_or("");
    }
    return files;
  });
  co_return co_await read;
}

Task<Result<std::map<std::string, std::string>>> Skills::values(base::Loop& loop, Scope scope,
                                                                std::vector<std::string> names) {
  using Answer = Result<std::map<std::string, std::string>>;
  const auto read = database_.read(loop, [scope, names](Session& session) -> Answer {
    std::map<std::string, std::string> values;
    for (const auto& name : names) {
      auto variable = store::EnvironmentVariables(session).find(scope, name);
      if (variable && !variable->value.empty()) values.emplace(name, std::move(variable->value));
    }
    return values;
  });
  co_return co_await read;
}

}  // namespace platos::skills
