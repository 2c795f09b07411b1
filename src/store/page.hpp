// Keyset paging: a page of items and the opaque cursor of the next.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tributary {

struct PageRequest {
    PageRequest() = default;
    PageRequest(int l, std::string c) : limit(l), cursor(std::move(c)) {}
    int limit = 50;      // 1–200, checked by the API
    std::string cursor;  // "" for the first page; a cursor not made by us is Failure(invalid)
};

template <class T>
struct Page {
    std::vector<T> items;
    std::optional<std::string> next;
};

}  // namespace tributary
