#include "postgres/connection.hpp"

#include "archive/place.hpp"
#include "postgres/address.hpp"
#include "postgres/opening.hpp"

#include <libpq-fe.h>

#include <soci/postgresql/soci-postgresql.h>
#include <soci/session.h>

#include <array>
#include <bit>
#include <charconv>
#include <utility>

#include <poll.h>

namespace tickertape::postgres {
namespace {

using archive::archive_errc;
using steady = std::chrono::steady_clock;

// Of the errors of PostgreSQL, by the class or the whole of their SQLSTATE.
archive_errc code_of(std::string_view state) noexcept
{
    if (state == "53100")
        return archive_errc::disk_full;
    // The server ends, or the connection does.
    if (state.starts_with("08") || state.starts_with("57P"))
        return archive_errc::unreachable;
    if (state == "55P03" || state == "57014" || state == "40001" || state == "40P01")
        return archive_errc::busy;
    if (state.starts_with("28") || state.starts_with("3D") || state.starts_with("42"))
        return archive_errc::not_accessible;
    if (state.starts_with("XX"))
        return archive_errc::damaged;
    return archive_errc::disk_failed;
}

// Of two, four or eight bytes, the highest first.
std::int64_t signed_of(std::string_view bytes) noexcept
{
    std::uint64_t value = 0;
    for (const char c : bytes)
        value = value << 8 | static_cast<unsigned char>(c);
    if (bytes.size() == 2)
        return static_cast<std::int16_t>(value);
    return bytes.size() == 4 ? static_cast<std::int32_t>(value) : static_cast<std::int64_t>(value);
}

// The library keeps the type's name to itself, so the sanitizer cannot look whether the cast is
// right; the session was made with that backend.
__attribute__((no_sanitize("vptr"))) pg_conn* handle_of(soci::session& of)
{
    return static_cast<soci::postgresql_session_backend*>(of.get_backend())->conn_;
}

}  // namespace

void rows::clear::operator()(pg_result* r) const noexcept
{
    PQclear(r);
}

std::size_t rows::size() const noexcept
{
    return static_cast<std::size_t>(PQntuples(result_.get()));
}

bool rows::is_null(std::size_t row, int column) const noexcept
{
    return PQgetisnull(result_.get(), static_cast<int>(row), column) != 0;
}

std::string_view rows::text(std::size_t row, int column) const noexcept
{
    const auto at = static_cast<int>(row);
    return {
        PQgetvalue(result_.get(), at, column),
        static_cast<std::size_t>(PQgetlength(result_.get(), at, column))};
}

bool rows::is_binary(int column) const noexcept
{
    return PQfformat(result_.get(), column) == 1;
}

std::int64_t rows::integer(std::size_t row, int column) const noexcept
{
    std::int64_t value = 0;
    const auto digits = text(row, column);
    if (is_binary(column))
        return signed_of(digits);
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

double rows::real(std::size_t row, int column) const noexcept
{
    double value = 0;
    const auto digits = text(row, column);
    if (is_binary(column))
        return digits.size() == sizeof(double) ? std::bit_cast<double>(signed_of(digits)) : 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

std::size_t rows::changed() const noexcept
{
    std::size_t value = 0;
    const std::string_view digits{PQcmdTuples(result_.get())};
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

connection::connection(const terms& of)
    : url_{of.url}, name_{archive::without_passwords(of.url) + ", schema " + of.schema}
{
    auto made = open_session(with_defaults(url_, of.application), of.connect, of.ending);
    if (!made.session)
        fail(made.is_too_late ? archive_errc::no_answer : archive_errc::unreachable, made.why);
    session_ = std::move(made.session);
    handle_ = handle_of(*session_);
    PQsetnonblocking(handle_, 1);
    PQsetNoticeProcessor(
        handle_, [](void*, const char*) {}, nullptr);
    // All that is asked for here stands in an index. The statistics of a table that grows say too
    // little of its end, by which PostgreSQL would read and sort all of it for each answer, or
    // compile what it asks for milliseconds.
    //
    // An operator who holds a lock is waited for, but not for ever. A statement that is given up
    // here ends there as well. A server whose client is gone without a word lets go of its lock.
    run("SET search_path TO " + of.schema +
        "; SET timezone TO 'UTC'; SET datestyle TO 'ISO'; SET extra_float_digits TO 1"
        "; SET synchronous_commit TO off; SET lock_timeout TO " +
        std::to_string(lock_wait_max.count()) +
        "; SET tcp_keepalives_idle TO 10; SET tcp_keepalives_interval TO 5"
        "; SET tcp_keepalives_count TO 3; SET standard_conforming_strings TO on"
        "; SET idle_in_transaction_session_timeout TO '60s'"
        "; SET enable_seqscan TO off; SET enable_bitmapscan TO off; SET enable_sort TO off"
        "; SET jit TO off");
}

connection::~connection() = default;

void connection::fail(archive_errc code, std::string_view text) const
{
    archive::fail(code, name_ + ": " + one_line(text, url_));
}

void connection::give_up(std::string_view why)
{
    is_broken_ = true;
    fail(archive_errc::unreachable, why);
}

void connection::refuse(const pg_result* said)
{
    const char* state = PQresultErrorField(said, PG_DIAG_SQLSTATE);
    const char* words = PQresultErrorField(said, PG_DIAG_MESSAGE_PRIMARY);
    if (PQstatus(handle_) != CONNECTION_OK)
        is_broken_ = true;
    if (words == nullptr || *words == '\0')
        words = PQerrorMessage(handle_);
    fail(state == nullptr ? archive_errc::unreachable : code_of(state), words);
}

void connection::wait(bool for_writing, steady::time_point until)
{
    pollfd socket{PQsocket(handle_), POLLIN, 0};
    if (for_writing)
        socket.events = POLLIN | POLLOUT;
    const auto left =
        std::chrono::ceil<milliseconds>(std::max(steady::duration{}, until - steady::now()));
    const int ready = ::poll(&socket, 1, static_cast<int>(left.count()));
    if (ready == 0) {
        is_broken_ = true;
        fail(archive_errc::no_answer, "PostgreSQL does not answer");
    }
    if (ready > 0 && PQconsumeInput(handle_) == 0)
        give_up(PQerrorMessage(handle_));
}

// The last result of what was sent; of the first that failed, the error.
rows connection::answer(milliseconds most)
{
    const auto until = steady::now() + most;
    for (;;) {
        const int unsent = PQflush(handle_);
        if (unsent < 0)
            give_up(PQerrorMessage(handle_));
        if (unsent == 0)
            break;
        wait(true, until);
    }
    rows last{nullptr};
    rows failed{nullptr};
    for (;;) {
        while (PQisBusy(handle_) != 0)
            wait(false, until);
        rows next{PQgetResult(handle_)};
        if (!next.result_)
            break;
        const auto status = PQresultStatus(next.result_.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK &&
            status != PGRES_EMPTY_QUERY) {
            if (!failed.result_)
                failed = std::move(next);
        } else {
            last = std::move(next);
        }
    }
    if (failed.result_)
        refuse(failed.result_.get());
    if (!last.result_)
        give_up(PQerrorMessage(handle_));
    return last;
}

rows connection::ask(
    const std::string& sql, const std::vector<std::string>& parameters, milliseconds most)
{
    send(sql, parameters, form::digits);
    return answer(most);
}

void connection::send(const std::string& sql, const std::vector<std::string>& parameters)
{
    send(sql, parameters, form::binary);
}

rows connection::receive(milliseconds most)
{
    if (is_broken_)
        fail(archive_errc::unreachable, "the connection is lost");
    return answer(most);
}

void connection::send(
    const std::string& sql, const std::vector<std::string>& parameters, form of_answer)
{
    if (is_broken_)
        fail(archive_errc::unreachable, "the connection is lost");
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const auto& p : parameters)
        values.push_back(p.c_str());
    if (PQsendQueryParams(
            handle_, sql.c_str(), static_cast<int>(values.size()), nullptr, values.data(), nullptr,
            nullptr, static_cast<int>(of_answer)) == 0)
        give_up(PQerrorMessage(handle_));
    // Until all of it is sent the server does not begin.
    if (PQflush(handle_) < 0)
        give_up(PQerrorMessage(handle_));
}

void connection::run(const std::string& sql, milliseconds most)
{
    if (is_broken_)
        fail(archive_errc::unreachable, "the connection is lost");
    if (PQsendQuery(handle_, sql.c_str()) == 0)
        give_up(PQerrorMessage(handle_));
    answer(most);
}

int connection::backend() const noexcept
{
    return PQbackendPID(handle_);
}

transaction::~transaction()
{
    if (of_ == nullptr || of_->is_broken())
        return;
    try {
        of_->run("ROLLBACK");
    } catch (const archive::thrown_failure&) {  // the next statement fails with the reason
        return;
    }
}

void transaction::commit()
{
    of_->run("COMMIT");
    of_ = nullptr;
}

void array_text::separate()
{
    if (text_.size() > 1)
        text_ += ',';
}

void array_text::add(std::int64_t value)
{
    separate();
    text_ += std::to_string(value);
}

void array_text::add(double value)
{
    separate();
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    text_.append(digits.data(), end);
}

void array_text::add(std::string_view value)
{
    separate();
    text_ += '"';
    for (const char c : value) {
        if (c == '"' || c == '\\')
            text_ += '\\';
        text_ += c;
    }
    text_ += '"';
}

std::string array_text::take()
{
    text_ += '}';
    return std::exchange(text_, std::string(1, '{'));
}

}  // namespace tickertape::postgres
