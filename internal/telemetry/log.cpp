#include "telemetry/log.hpp"

#include "telemetry/log_line.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace tickertape::telemetry {

struct logger::impl {
    std::shared_ptr<spdlog::async_logger> out;
    // One writing thread. Destroyed first: it writes what is queued, and its end is waited for.
    std::shared_ptr<spdlog::details::thread_pool> pool;
};

logger::logger(log_level lowest, log_format format)
    : lowest_{lowest}, format_{format}, impl_{std::make_unique<impl>()}
{
    impl_->pool = std::make_shared<spdlog::details::thread_pool>(queue_lines_max, 1);
    impl_->out = std::make_shared<spdlog::async_logger>(
        "tickertape", std::make_shared<spdlog::sinks::stderr_sink_mt>(), impl_->pool,
        spdlog::async_overflow_policy::overrun_oldest);
    impl_->out->set_pattern("%v");
    impl_->out->set_level(spdlog::level::trace);
    impl_->out->flush_on(spdlog::level::trace);
}

logger::~logger() = default;

void logger::write(log_level level, std::string_view message, log_fields fields) const
{
    if (!writes(level))
        return;
    // The time of the log is the machine's, also where a test decides what time the product sees.
    const auto now =
        std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    impl_->out->log(spdlog::level::info, log_line(format_, now, level, message, fields));
}

void logger::debug(std::string_view message, log_fields fields) const
{
    write(log_level::debug, message, fields);
}

void logger::info(std::string_view message, log_fields fields) const
{
    write(log_level::info, message, fields);
}

void logger::warn(std::string_view message, log_fields fields) const
{
    write(log_level::warn, message, fields);
}

void logger::error(std::string_view message, log_fields fields) const
{
    write(log_level::error, message, fields);
}

std::uint64_t logger::lines_lost() const noexcept
{
    return impl_->pool->overrun_counter();
}

}  // namespace tickertape::telemetry
