// One way to write an audit row.
#pragma once

#include "base/ids.hpp"
#include "model/json.hpp"
#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::tenancy {

/// In the transaction of what was done. `detail` holds no secrets.
void write_audit(store::Session& session, base::IdMaker& ids, const model::Principal& who, const std::string& action,
                 const std::string& subject, const model::Json& detail, std::int64_t now_us);

}  // namespace platos::tenancy
