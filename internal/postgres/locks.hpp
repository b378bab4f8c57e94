// The advisory locks by which processes agree who uses an archive, and who writes it. A lock
// belongs to a connection: where that ends, for whatever reason, the lock is free.
//
// A process that has the archive for itself holds `writes` and `uses`. Processes that share it hold
// `uses` together; one of them at a time holds `writes`.
//
// All functions throw archive::thrown_failure. Threads: that of the connection.
#pragma once

#include "archive/kind.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace tickertape::postgres {

class locks {
public:
    enum class which {
        writes = 0,
        uses = 0x100,    // together, or one alone
        opens = 0x200,   // while the tables are made and it is found out who may use them
        prefers = 0x300  // together: those who should write rather than others
    };
    enum class how { alone, together };

    locks(archive::feed_kind kind, std::string application)
        : kind_{kind}, application_{std::move(application)}
    {
    }

    // Waits for connection::lock_wait_max. Errors: in_use, with the name of the process that has
    // it. A process that was killed may have it for a moment; a connection of our own that was lost
    // (`own_backend`, 0: none was) until the server notices, so that one is ended.
    void take(connection& of, which lock, how mode, int own_backend = 0) const;
    // Ends a connection of this process that was lost, where it has the lock still.
    void end_own(connection& of, which lock, int own_backend) const;
    // At once, or not at all.
    bool try_to_take(connection& of, which lock, how mode = how::alone) const;
    void give_back(connection& of, which lock, how mode = how::alone) const;
    bool is_taken(connection& of, which lock) const;

    // "tickertape on db-1, process 12, connected over ..."; empty: nobody has it.
    std::string holder(connection& of, which lock) const;
    // Ends all connections of the process that has it.
    void cut_off(connection& of, which lock) const;

private:
    std::string key_of(which lock) const;
    std::string holders_of(which lock) const;

    archive::feed_kind kind_;
    std::string application_;
};

}  // namespace tickertape::postgres
