// What connections say of the health of their tools.
#include "entities/declaration.hpp"
#include "entities/links.hpp"

namespace platos::entities {

ToolHealth Links::best_of(const Gathering& here, const std::string& tool) const {
  ToolHealth best;
  bool is_first = true;
  for (const auto& id : here.links) {
    const Connected& each = links_.at(id);
    if (!each.tools.contains(tool)) continue;
    const auto said = each.health.find(tool);
    const ToolHealth health = said == each.health.end() ? ToolHealth() : said->second;
    if (is_first || is_better(health.status, best.status)) best = health;
    is_first = false;
  }
  return best;
}

ToolHealth Links::health_of(const std::string& entity_row, const std::string& environment_id,
                            const std::string& tool) const {
  const std::lock_guard lock(mutex_);
  const auto here = places_.find({entity_row, environment_id});
  return here == places_.end() ? ToolHealth() : best_of(here->second, tool);
}

std::map<std::string, ToolHealth> Links::note_health(const std::string& link_id,
                                                     const std::map<std::string, ToolHealth>& said) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, ToolHealth> changed;
  const auto link = links_.find(link_id);
  if (link == links_.end()) return changed;
  const Gathering& here = places_.at(place_of(link->second));
  for (const auto& [tool, health] : said) {
    if (!link->second.tools.contains(tool)) continue;
    link->second.health.insert_or_assign(tool, health);
    ToolHealth now = best_of(here, tool);
    const auto told = here.told.find(tool);
    if (told == here.told.end() || told->second != now.status) changed.emplace(tool, std::move(now));
  }
  return changed;
}

void Links::note_told(const std::string& entity_row, const std::string& environment_id,
                      const std::map<std::string, ToolHealth>& told) {
  const std::lock_guard lock(mutex_);
  const auto here = places_.find({entity_row, environment_id});
  if (here == places_.end()) return;
  // Of what nobody offers any more nobody asks.
  if (here->second.told.size() > 2 * kMaxTools) here->second.told.clear();
  for (const auto& [tool, health] : told) here->second.told.insert_or_assign(tool, health.status);
}

void Links::tell(const std::string& entity_row, const std::string& environment_id, const std::string& frame) const {
  const std::lock_guard lock(mutex_);
  const auto here = places_.find({entity_row, environment_id});
  if (here == places_.end()) return;
  for (const auto& id : here->second.links) {
    const Connected& each = links_.at(id);
    each.link->loop().post([link = each.link, frame] { link->send(frame); });
  }
}

}  // namespace platos::entities
