#include "publisher.hpp"

namespace tickertape {
namespace {

constexpr const char* steps_name = "tickertape_clock_steps_total";
constexpr const char* steps_help = "Steps of the wall clock that were followed.";

}  // namespace

publisher::publisher(
    tape::tapes& to, const clock& time, clock_reading start, boost::asio::io_context& on,
    const telemetry::logger& log, telemetry::metrics& figures)
    : time_{time}, log_{log}, writer_{to, start}, again_{on}, forward_{figures.counter(
                                                                  steps_name, steps_help,
                                                                  {{"direction", "forward"}})},
      back_{figures.counter(steps_name, steps_help, {{"direction", "back"}})},
      restarts_{figures.counter(
          "tickertape_position_restarts_total",
          "Times that positions started anew because they were too far ahead of the clock.")}
{
    using kind = telemetry::metrics::kind;
    figures.sampled(
        kind::gauge, "tickertape_position_lead_seconds",
        "How far the times of new ticks are ahead of the wall clock, since that was set back.", {},
        // relaxed: a number of its own; likewise below.
        [this] { return static_cast<double>(lead_ms_.load(std::memory_order_relaxed)) / 1'000; });
    figures.sampled(
        kind::counter, "tickertape_clock_doubts_total",
        "Readings far from what had passed, which were over before they were followed.", {},
        [this] { return static_cast<double>(passing_.load(std::memory_order_relaxed)); });
}

void publisher::publish(const observation& seen) noexcept
{
    look();
    writer_.write(seen);
}

void publisher::start(std::chrono::milliseconds each)
{
    each_ = each;
    look_again();
}

void publisher::look_again()
{
    // A wait that was over before it was cancelled comes here all the same.
    if (each_.count() == 0)
        return;
    look();
    again_.expires_after(each_);
    again_.async_wait([this](boost::system::error_code stopped) {
        if (!stopped)
            look_again();
    });
}

void publisher::stop()
{
    each_ = {};
    again_.cancel();
}

void publisher::look()
{
    const auto step = writer_.look(reading_of(time_));
    lead_ms_.store(writer_.time().lead().count(), std::memory_order_relaxed);
    passing_.store(writer_.time().passing(), std::memory_order_relaxed);
    if (step)
        tell(*step);
}

void publisher::tell(const tape::timeline::step& s)
{
    const bool forward = s.by.count() > 0;
    (forward ? forward_ : back_).Increment();
    const auto lead = writer_.time().lead();
    const char* effect = "ticks follow the clock";
    if (s.starts_anew) {
        restarts_.Increment();
        effect = "ids start anew behind a gap";
    } else if (lead.count() > 0) {
        effect = "ids stay ahead and go on more slowly until the clock has caught up";
    }
    const std::chrono::duration<double> by = s.by;
    const std::chrono::duration<double> ahead = lead;
    log_.warn(
        "the wall clock has stepped",
        {{"by_seconds", by.count()}, {"ids_ahead_seconds", ahead.count()}, {"effect", effect}});
}

}  // namespace tickertape
