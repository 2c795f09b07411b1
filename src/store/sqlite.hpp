// SQLite behind the driver interface. No other file includes sqlite3.h.
//
// WAL with synchronous=FULL. SQLite before 3.51.3 can corrupt a WAL that two connections reset at
// once, so only the one `Duty::writer` connection ever checkpoints.
#pragma once

#include <filesystem>
#include <memory>

#include "store/sql.hpp"

namespace tributary {

enum class Duty {
    writer,   // the daemon's one
    reader,   // refuses to write
    command,  // another process beside the daemon: writes, never checkpoints
    draft,    // a copy that nobody else knows yet: no log, flushed by whoever finishes it
    archive,  // a finished copy: nothing of it or beside it is ever written
};

// Throws Failure with one line for the admin when it is not ours, damaged or out of reach.
std::unique_ptr<Connection> open_sqlite(const std::filesystem::path& file, Duty duty);

}  // namespace tributary
