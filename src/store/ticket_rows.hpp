// Tickets as rows: what tickets.cpp, its lists and search share.
#pragma once

#include <cstdint>

#include "model/ticket.hpp"
#include "store/sql.hpp"

namespace tributary {

Ticket load_ticket(const Tx& tx, std::int64_t seq);

}  // namespace tributary
