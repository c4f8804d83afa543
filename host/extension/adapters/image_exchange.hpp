// One generation of an image plugin: its steps, what it may reach, which keys it has.
#pragma once

#include <memory>
#include <string>

#include "extension/adapters/codec_step.hpp"
#include "extension/adapters/image_gate.hpp"
#include "extension/adapters/instance.hpp"
#include "platos/image.h"
#include "ports/upstream.hpp"
#include "secrets/slots.hpp"

namespace platos::extension {

/// begin() on a worker, everything else on the loop. Keys go only where a pattern covers the URL; addresses that no
/// plain pattern covers are held to what tenants may reach.
class ImageExchange final : public ports::Exchange, public ports::Upstream {
 public:
  /// `own_slots`: with the caller's keys; null: those of the instance.
  ImageExchange(std::shared_ptr<Instance> instance, const platos_image_maker_t* table,
                std::unique_ptr<secrets::SlotTable> own_slots);
  ~ImageExchange() override;

  Result<void> begin(platos_call_t& call, std::string_view request_json);

  Result<ports::Step> next() override;
  Result<void> on_head(int status, std::span<const ports::Header> headers) override;
  Result<void> on_frame(std::string_view event, std::string_view data) override;
  Result<void> on_end(ports::TransportStatus status) override;

  Result<void> may_reach(std::string_view url) const override;
  bool is_tenants(std::string_view url) const override;
  const ports::SecretSource& secrets() const override { return slots(); }

  /// What came, after the last step.
  Result<ports::GeneratedImage> take();

 private:
  const secrets::SlotTable& slots() const { return own_slots_ ? *own_slots_ : instance_->host().slots(); }
  bool may_have_keys(std::string_view url) const;
  template <typename Body>
  Result<void> call(Body body);

  std::shared_ptr<Instance> instance_;
  const platos_image_maker_t* table_;
  std::unique_ptr<secrets::SlotTable> own_slots_;
  ImageGate gate_;
  StepReader steps_;
  platos_generation_t* generation_ = nullptr;
};

}  // namespace platos::extension
