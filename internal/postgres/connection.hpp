// A connection to PostgreSQL, opened through SOCI; and statements through libpq itself, because
// every one of them has a deadline, which neither SOCI nor libpq's own waiting calls know: a server
// that does not answer any more holds nobody for longer.
//
// After an error that ends the connection, is_broken() says so and every call fails.
//
// All functions throw archive::thrown_failure with the address, without its password, and what
// PostgreSQL said. Threads: one at a time.
#pragma once

#include "archive/errors.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace soci {
class session;
}
struct pg_conn;
struct pg_result;

namespace tickertape::postgres {

// The answer to one statement. Rows and columns are counted from 0.
class rows {
public:
    std::size_t size() const noexcept;
    bool is_null(std::size_t row, int column) const noexcept;
    // Of a null: 0, 0 and an empty text.
    std::int64_t integer(std::size_t row, int column) const noexcept;
    double real(std::size_t row, int column) const noexcept;
    std::string_view text(std::size_t row, int column) const noexcept;
    // How many rows a statement changed.
    std::size_t changed() const noexcept;

private:
    friend class connection;
    struct clear {
        void operator()(pg_result* r) const noexcept;
    };
    explicit rows(pg_result* of) noexcept : result_{of} {}
    bool is_binary(int column) const noexcept;

    std::unique_ptr<pg_result, clear> result_;
};

class connection {
public:
    using milliseconds = std::chrono::milliseconds;

    // How long a statement may take: usually, and where much is moved or removed.
    static constexpr milliseconds answer_max{5'000};
    static constexpr milliseconds long_answer_max{120'000};
    // How long connecting may take, with all names and addresses of the server.
    static constexpr milliseconds connect_max{10'000};
    // How long a lock of somebody else is waited for.
    static constexpr milliseconds lock_wait_max{4'000};

    // Where the tables are, and who asks.
    struct terms {
        std::string url;
        std::string schema;
        std::string application;
        milliseconds connect = connect_max;
        // True once the process is to end: connecting then takes opening_at_end at most. May be
        // null.
        std::shared_ptr<const std::atomic<bool>> ending = {};
    };

    // Connects, and finds names in that schema from then on, whether it exists or not. Errors:
    // archive_errc::unreachable, ::no_answer.
    explicit connection(const terms& of);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    // Runs one statement with parameters $1, $2 and so on, as texts.
    rows
    ask(const std::string& sql, const std::vector<std::string>& parameters = {},
        milliseconds most = answer_max);
    // As ask(), in two steps: something else may be done while the server works. Integers and reals
    // come as the server keeps them, which takes less time than digits. Nothing else may be asked
    // in between.
    void send(const std::string& sql, const std::vector<std::string>& parameters);
    rows receive(milliseconds most = answer_max);
    // Runs statements without parameters, separated by semicolons.
    void run(const std::string& sql, milliseconds most = answer_max);

    bool is_broken() const noexcept { return is_broken_; }
    // Of the server's process for this connection.
    int backend() const noexcept;
    // The address without its password, and the schema.
    const std::string& name() const noexcept { return name_; }
    [[noreturn]] void fail(archive::archive_errc code, std::string_view text) const;

private:
    enum class form { digits = 0, binary = 1 };
    void send(const std::string& sql, const std::vector<std::string>& parameters, form of_answer);
    rows answer(milliseconds most);
    void wait(bool for_writing, std::chrono::steady_clock::time_point until);
    [[noreturn]] void give_up(std::string_view why);
    [[noreturn]] void refuse(const pg_result* said);

    std::string url_;
    std::string name_;
    std::shared_ptr<soci::session> session_;
    pg_conn* handle_ = nullptr;
    bool is_broken_ = false;
};

// A transaction that is rolled back unless it is committed.
class transaction {
public:
    explicit transaction(connection& of) : of_{&of} { of.run("BEGIN"); }
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    void commit();

private:
    connection* of_;
};

// Numbers and texts as an array of PostgreSQL: {1,2,3} and {"a","b"}.
class array_text {
public:
    void add(std::int64_t value);
    void add(double value);
    void add(std::string_view value);
    std::string take();

private:
    void separate();

    std::string text_ = std::string(1, '{');
};

}  // namespace tickertape::postgres
