// Who was erased, beside the store and outside of its backups: hashes only, one line an erasure, so
// that a restored backup can be put right before it serves.
//
// The file, <state>/erased, is only ever added to. Handles are hashed with a key that stands in its
// first line: without the file nothing can be tried against them.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/identity.hpp"
#include "store/erasure.hpp"

namespace tributary {

struct Tombstone {
    ErasureId id;
    Timestamp erased_at;
    std::set<std::string> customers;  // hashes of ids
    std::set<std::string> handles;    // keyed hashes
};

class Tombstones {
 public:
    // Reads the file; none is none. Throws Failure(unavailable) when it is damaged.
    explicit Tombstones(std::filesystem::path file);

    const std::vector<Tombstone>& all() const { return all_; }
    static std::string hash(CustomerId customer);
    std::string hash(const Handle& handle) const;
    // Whether this handle was erased: an import must not bring it back.
    bool holds(const Handle& handle) const;
    // Durable when it returns. One at a time: inside a write step of the store.
    void add(const Tombstone& tombstone);

 private:
    std::filesystem::path file_;
    std::string key_;
    std::size_t whole_bytes_ = 0;  // without a line that was cut off
    std::vector<Tombstone> all_;
};

// What was erased since this store was copied is erased again, as a step of a transaction. How many
// customers that were.
int repeat_erasures(Tx& tx, const Tombstones& stones, const std::filesystem::path& blobs,
                    Timestamp now);

std::filesystem::path tombstone_file(const std::filesystem::path& state);

}  // namespace tributary
