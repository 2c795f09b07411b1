#include "model/interaction.hpp"

#include "model/enum_names.hpp"

namespace tributary {
namespace {

constexpr EnumNames<Kind, 8> kKinds = {{
    {Kind::message, "message"},
    {Kind::call, "call"},
    {Kind::form, "form"},
    {Kind::order, "order"},
    {Kind::survey, "survey"},
    {Kind::visit, "visit"},
    {Kind::note, "note"},
    {Kind::system, "system"},
}};

constexpr EnumNames<Direction, 3> kDirections = {{
    {Direction::in, "in"},
    {Direction::out, "out"},
    {Direction::internal, "internal"},
}};

constexpr EnumNames<AutoKind, 7> kAutoKinds = {{
    {AutoKind::none, "none"},
    {AutoKind::auto_reply, "auto_reply"},
    {AutoKind::bounce, "bounce"},
    {AutoKind::feedback, "feedback"},
    {AutoKind::receipt, "receipt"},
    {AutoKind::list, "list"},
    {AutoKind::loop, "loop"},
}};

constexpr EnumNames<DeliveryState, 4> kDeliveryStates = {{
    {DeliveryState::queued, "queued"},
    {DeliveryState::accepted, "accepted"},
    {DeliveryState::failed, "failed"},
    {DeliveryState::cancelled, "cancelled"},
}};

}  // namespace

std::string_view to_string(Kind kind) {
    return name_of(kKinds, kind);
}
std::string_view to_string(Direction direction) {
    return name_of(kDirections, direction);
}
std::string_view to_string(AutoKind kind) {
    return name_of(kAutoKinds, kind);
}
std::string_view to_string(DeliveryState state) {
    return name_of(kDeliveryStates, state);
}

std::optional<Kind> parse_kind(std::string_view name) {
    return value_of(kKinds, name);
}

}  // namespace tributary
