#include "support/fake_venue/world.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <stdexcept>

namespace fake_venue {

namespace asio = boost::asio;

world::world(asio::io_context& io, world_settings settings)
    : settings_{std::move(settings)}, market_{settings_.trade, settings_.venues.size(), wall_now()},
      next_step_{io}
{
    for (std::size_t place = 0; place < settings_.venues.size(); ++place) {
        const auto& name = settings_.venues[place];
        venue_state state{make_venue(name, place, market_), settings_.messages_per_second};
        ports_.emplace(name, std::make_unique<venue_port>(io, identities_, std::move(state)));
    }
    asio::co_spawn(io, walk(), asio::detached);
}

venue_port& world::port(const std::string& name)
{
    const auto found = ports_.find(name);
    if (found == ports_.end())
        throw std::runtime_error{"no such venue: " + name};
    return *found->second;
}

void world::reset()
{
    for (const auto& [name, port] : ports_) {
        port->misbehave({});
        port->state().playing.reset();
        port->state().counts.reset();
    }
}

void world::stop()
{
    is_stopping_ = true;
    next_step_.cancel();
    for (const auto& [name, port] : ports_)
        port->stop();
}

asio::awaitable<void> world::walk()
{
    while (!is_stopping_) {
        next_step_.expires_after(settings_.step);
        co_await next_step_.async_wait(asio::as_tuple(asio::use_awaitable));
        market_.step(wall_now());
    }
}

}  // namespace fake_venue
