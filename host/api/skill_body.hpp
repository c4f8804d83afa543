// Skills on the wire: what a client sends to install one, and how it sees those that are there.
#pragma once

#include <optional>
#include <string>

#include "model/json.hpp"
#include "skills/importer.hpp"
#include "skills/skill_tools.hpp"

namespace platos::api {

/// What POST /api/v1/agent/skills asks for: exactly one of the ways to name a package.
struct SkillRequest {
  std::optional<model::SkillPackage> package;
  std::string official;  ///< id of an official skill; empty: `package` is there
  std::string origin = "custom";
  std::string imported_from;
  std::string checksum;  ///< that it must have; empty: any
};

/// Errors: those of model::make_skill_package() and skills::read_archive(), and InvalidArgument "invalid_field".
/// Blocks for as long as an archive takes.
Result<SkillRequest> read_skill_request(const model::Json& body);

/// The package of what an address answered: an archive, or a manifest. As read_skill_request().
Result<model::SkillPackage> package_of_bytes(const std::string& bytes);

/// The reference's record, and what we know besides.
model::Json to_wire(const skills::InstalledSkill& skill, const skills::SkillTools::Offer& offer);
model::Json to_wire(const model::SkillPackage& official, bool installed);
model::Json to_wire(const store::SkillVersionRow& version, std::int64_t current);

}  // namespace platos::api
