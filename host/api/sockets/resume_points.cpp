#include "api/sockets/resume_points.hpp"

#include <algorithm>

namespace platos::api {
namespace {
constexpr std::size_t kMaxPoints = 10'000;
}  // namespace

std::string ResumePoints::key_of(const model::Principal& who, const std::string& thread_id) {
  return who.scope.environment_id + '/' + thread_id + '/' + who.user_id;
}

void ResumePoints::put(const model::Principal& who, const std::string& thread_id, Point point) {
  const std::lock_guard lock(mutex_);
  std::string key = key_of(who, thread_id);
  if (const auto found = points_.find(key); found != points_.end()) {
    const Point& former = found->second->point;
    if (former.run_id == point.run_id) {
      point.confirmed = std::min(point.confirmed, former.confirmed);
      point.given = std::max(point.given, former.given);
      point.is_end = point.is_end && former.is_end;
    }
    order_of(former).erase(found->second);
  }
  Order& order = order_of(point);
  order.push_front({key, std::move(point)});
  points_.insert_or_assign(std::move(key), order.begin());
  if (order.size() <= kMaxPoints) return;
  points_.erase(order.back().key);
  order.pop_back();
}

std::optional<ResumePoints::Point> ResumePoints::take(const model::Principal& who, const std::string& thread_id) {
  const std::lock_guard lock(mutex_);
  const auto found = points_.find(key_of(who, thread_id));
  if (found == points_.end()) return std::nullopt;
  Point point = std::move(found->second->point);
  order_of(point).erase(found->second);
  points_.erase(found);
  return point;
}

}  // namespace platos::api
