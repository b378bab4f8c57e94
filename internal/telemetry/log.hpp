// Structured logs: a message that never changes, and fields that do.
//
//   log.warn("fetch failed", {{"provider", "coinbase"}, {"cause", "deadline"}});
//
// A line is formatted by its caller and written by a thread of the logger's own, so that a terminal
// or a pipe that stopped reading stops nobody else: past `queue_lines_max` the oldest line is lost.
//
// Threads: any.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace tickertape::telemetry {

enum class log_level { debug, info, warn, error };
enum class log_format { text, json };

struct log_field {
    using value_type = std::variant<std::string_view, std::int64_t, double, bool>;

    log_field(std::string_view k, std::string_view v) : key{k}, value{v} {}
    log_field(std::string_view k, const std::string& v) : key{k}, value{std::string_view{v}} {}
    log_field(std::string_view k, const char* v) : key{k}, value{std::string_view{v}} {}
    log_field(std::string_view k, double v) : key{k}, value{v} {}
    log_field(std::string_view k, bool v) : key{k}, value{v} {}
    template <std::integral T>
    log_field(std::string_view k, T v) : key{k}, value{static_cast<std::int64_t>(v)}
    {
    }

    std::string_view key;
    value_type value;
};

using log_fields = std::initializer_list<log_field>;

class logger {
public:
    static constexpr std::size_t queue_lines_max = 8192;

    // Writes to standard error.
    logger(log_level lowest, log_format format);
    // Writes what is queued, then stops.
    ~logger();
    logger(const logger&) = delete;
    logger& operator=(const logger&) = delete;

    void debug(std::string_view message, log_fields fields = {}) const;
    void info(std::string_view message, log_fields fields = {}) const;
    void warn(std::string_view message, log_fields fields = {}) const;
    void error(std::string_view message, log_fields fields = {}) const;

    bool writes(log_level level) const noexcept { return level >= lowest_; }
    // Lines lost because the queue was full.
    std::uint64_t lines_lost() const noexcept;

private:
    struct impl;

    void write(log_level level, std::string_view message, log_fields fields) const;

    log_level lowest_;
    log_format format_;
    std::unique_ptr<impl> impl_;
};

}  // namespace tickertape::telemetry
