#include <array>

#include "section.hpp"

namespace platos::skill_docs {

std::span<const Section> embedded_sections() noexcept {
  static constexpr std::array<Section, 5> kSections = {{
      {"README.md", "Platos > Install", "Type `apt install platos` and open the console."},
      {"host/docs/runs.md", "Runs > Cancel a run", "Use `platos runs cancel <id>`. A cancelled run keeps its journal."},
      {"host/docs/runs.md", "Runs > Retention", "Journals are kept for 90 days.\n\nA run can be deleted before."},
      {"host/docs/twins.md", "Twin", "zebra"},
      {"host/docs/more_twins.md", "Twin", "zebra"},
  }};
  return kSections;
}

}  // namespace platos::skill_docs
