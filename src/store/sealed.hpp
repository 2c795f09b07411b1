// Everything that the store holds sealed (base/seal.hpp), wherever it stands: what a change of the
// sealing key and a check must go through. Steps of a transaction; the store opens nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace tributary {

struct SealedValue {
    SealedValue() = default;
    std::string context;  // what it was sealed under; names the value
    std::string sealed;
};

std::vector<SealedValue> sealed_values(const Tx& tx);
// False when somebody else has replaced `old` meanwhile; then nothing happens.
bool replace_sealed(Tx& tx, const SealedValue& old, std::string_view sealed);

}  // namespace tributary
