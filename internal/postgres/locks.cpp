#include "postgres/locks.hpp"

namespace tickertape::postgres {

using archive::archive_errc;

namespace {

// Of our advisory locks: "tick". The second number is that of the kind of feed and of the lock.
constexpr std::int64_t lock_class = 0x7469636b;

std::string function_of(std::string_view what, locks::how mode)
{
    return "SELECT pg_" + std::string{what} + (mode == locks::how::together ? "_shared(" : "(");
}

}  // namespace

std::string locks::key_of(which lock) const
{
    return std::to_string(lock_class) + ", " +
           std::to_string(static_cast<int>(lock) + static_cast<int>(kind_));
}

std::string locks::holders_of(which lock) const
{
    return " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory'"
           " AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname ="
           " current_database()) AND l.classid = " +
           std::to_string(lock_class) +
           " AND l.objid = " + std::to_string(static_cast<int>(lock) + static_cast<int>(kind_));
}

bool locks::try_to_take(connection& of, which lock, how mode) const
{
    return of.ask(function_of("try_advisory_lock", mode) + key_of(lock) + ")").text(0, 0) == "t";
}

void locks::end_own(connection& of, which lock, int own_backend) const
{
    if (own_backend != 0)
        of.ask(
            "SELECT pg_terminate_backend(a.pid)" + holders_of(lock) +
                " AND a.pid = $1::integer AND a.application_name = $2",
            {std::to_string(own_backend), application_});
}

void locks::take(connection& of, which lock, how mode, int own_backend) const
{
    if (try_to_take(of, lock, mode))
        return;
    end_own(of, lock, own_backend);
    try {
        of.run(function_of("advisory_lock", mode) + key_of(lock) + ")");
    } catch (const archive::thrown_failure& e) {
        if (e.said().code != archive_errc::busy)
            throw;
        const auto who = holder(of, lock);
        of.fail(archive_errc::in_use, "in use by " + (who.empty() ? "another process" : who));
    }
}

void locks::give_back(connection& of, which lock, how mode) const
{
    of.ask(function_of("advisory_unlock", mode) + key_of(lock) + ")");
}

bool locks::is_taken(connection& of, which lock) const
{
    return of.ask("SELECT a.pid" + holders_of(lock) + " LIMIT 1").size() != 0;
}

std::string locks::holder(connection& of, which lock) const
{
    const auto who = of.ask(
        "SELECT a.application_name, coalesce(host(a.client_addr), 'a socket'), a.pid,"
        " to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS')" +
        holders_of(lock) + " AND a.pid <> pg_backend_pid()");
    if (who.size() == 0)
        return {};
    return std::string{who.text(0, 0)} + ", connected over " + std::string{who.text(0, 1)} +
           " since " + std::string{who.text(0, 3)} + " UTC as backend " +
           std::string{who.text(0, 2)};
}

// Also those for candles, which may be in a transaction.
void locks::cut_off(connection& of, which lock) const
{
    of.ask(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND"
        " datname = current_database() AND application_name IN (SELECT a.application_name" +
        holders_of(lock) + ")");
}

}  // namespace tickertape::postgres
