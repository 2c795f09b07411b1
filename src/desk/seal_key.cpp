#include "desk/seal_key.hpp"

#include "base/seal.hpp"
#include "store/sealed.hpp"

namespace tributary {
namespace {

std::vector<SealedValue> all_sealed(Store& store) {
    std::vector<SealedValue> values;
    store.read_now([&](const Tx& tx) { values = sealed_values(tx); });
    return values;
}

Failure unreadable(const SealedValue& value, const std::filesystem::path& key_file) {
    return Failure(Outcome::invalid,
                   "The store holds secrets that no key in " + key_file.string() +
                       " opens; put the right key file back, it was made beside this store.",
                   value.context);
}

// Everything that is not sealed under the first key.
std::size_t reseal(Store& store, const std::filesystem::path& key_file) {
    const Sealer sealer(key_file, MissingKey::is_an_error);
    std::size_t count = 0;
    for (const SealedValue& value : all_sealed(store)) {
        if (sealer.is_current(value.sealed)) continue;
        const std::optional<Secret> secret = sealer.open(value.sealed, value.context);
        if (!secret) throw unreadable(value, key_file);
        const std::string fresh = sealer.seal(*secret, value.context);
        store.write_now([&](Tx& tx) { replace_sealed(tx, value, fresh); });
        ++count;
    }
    return count;
}

}  // namespace

void require_seal_key(Store& store, const std::filesystem::path& key_file) {
    const std::vector<SealedValue> values = all_sealed(store);
    if (values.empty()) return;
    const Sealer sealer(key_file, MissingKey::is_an_error);
    for (const SealedValue& value : values)
        if (!sealer.open(value.sealed, value.context)) throw unreadable(value, key_file);
}

KeyChange change_seal_key(Store& store, const std::filesystem::path& key_file) {
    { const Sealer made_or_checked(key_file); }
    reseal(store, key_file);
    add_sealing_key(key_file);
    KeyChange change;
    change.resealed = reseal(store, key_file);
    return change;
}

}  // namespace tributary
