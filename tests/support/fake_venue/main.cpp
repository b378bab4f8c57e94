// A world of fake venues to test the feed against. Prints one line of JSON with the ports, then
// serves until it is told to stop, or its standard input ends (--until-input-ends).
#include "support/fake_venue/control.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>
#include <boost/program_options.hpp>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <unistd.h>

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
namespace options = boost::program_options;

std::vector<std::string> list_of(const std::string& text)
{
    std::vector<std::string> all;
    for (const auto part : fake_venue::split(text, ','))
        all.emplace_back(part);
    return all;
}

options::options_description described()
{
    options::options_description all{"fake_venue"};
    auto add = all.add_options();
    add("help", "says this");
    add("symbols", options::value<std::string>()->default_value("BTC-USD,ETH-USD"),
        "BASE-QUOTE,..");
    add("venues", options::value<std::string>(), "which, by comma; all");
    add("seed", options::value<std::uint64_t>()->default_value(1), "of the walk");
    add("step-ms", options::value<int>()->default_value(100), "between two prices");
    add("step", options::value<double>()->default_value(0.0002), "at most, as a part of the price");
    add("rate", options::value<double>()->default_value(5),
        "socket messages per second and symbol");
    add("ca-file", options::value<std::string>(), "where the authority's certificate is to lie");
    add("play", options::value<std::vector<std::string>>(), "venue=file, once over, unpaced");
    add("messages", options::value<std::uint64_t>()->default_value(100'000), "to be played");
    add("until-input-ends", "stops when standard input does");
    return all;
}

fake_venue::world_settings settings_of(const options::variables_map& given)
{
    fake_venue::world_settings settings;
    settings.trade.symbols = list_of(given["symbols"].as<std::string>());
    settings.trade.seed = given["seed"].as<std::uint64_t>();
    settings.trade.step_max = given["step"].as<double>();
    settings.step = std::chrono::milliseconds{given["step-ms"].as<int>()};
    settings.messages_per_second = given["rate"].as<double>();
    if (given.contains("venues"))
        settings.venues = list_of(given["venues"].as<std::string>());
    return settings;
}

json::object
announcement(fake_venue::world& world, unsigned short control, const std::string& ca_file)
{
    json::object venues;
    for (const auto& [name, port] : world.ports()) {
        const auto address = "localhost:" + std::to_string(port->port());
        json::object row{{"port", port->port()}, {"rest", "https://" + address}};
        if (port->state().shows->has_sockets())
            row["stream"] = "wss://" + address;
        venues[name] = std::move(row);
    }
    return {{"control", control}, {"ca_file", ca_file}, {"venues", std::move(venues)}};
}

void play(fake_venue::world& world, const options::variables_map& given)
{
    if (!given.contains("play"))
        return;
    for (const auto& one : given["play"].as<std::vector<std::string>>()) {
        const auto equals = one.find('=');
        const auto name = one.substr(0, equals);
        if (equals == std::string::npos)
            throw std::runtime_error{"--play venue=file, not " + one};
        const fake_venue::playback_settings settings{
            one.substr(equals + 1), given["messages"].as<std::uint64_t>()};
        world.port(name).state().playing = std::make_unique<fake_venue::playback>(name, settings);
    }
}

void run(const options::variables_map& given)
{
    asio::io_context io{1};
    fake_venue::world world{io, settings_of(given)};
    fake_venue::control_port control{io, world};
    play(world, given);

    auto ca_file = world.identities().ca_file();
    if (given.contains("ca-file")) {
        std::filesystem::copy_file(
            ca_file, given["ca-file"].as<std::string>(),
            std::filesystem::copy_options::overwrite_existing);
        ca_file = given["ca-file"].as<std::string>();
    }

    asio::signal_set signals{io, SIGINT, SIGTERM};
    asio::posix::stream_descriptor input{io};
    const auto stop = [&] {
        signals.cancel();
        input.close();
        control.stop();
        world.stop();
    };
    signals.async_wait([&](const boost::system::error_code& ec, int) {
        if (!ec)
            stop();
    });
    if (given.contains("until-input-ends")) {
        input.assign(::dup(STDIN_FILENO));
        input.async_wait(
            asio::posix::stream_descriptor::wait_read, [&](const boost::system::error_code& ec) {
                if (!ec)
                    stop();
            });
    }
    std::cout << json::serialize(announcement(world, control.port(), ca_file)) << std::endl;
    io.run();
}

}  // namespace

int main(int argc, char** argv)
{
    try {
        const auto all = described();
        options::variables_map given;
        options::store(options::parse_command_line(argc, argv, all), given);
        options::notify(given);
        if (given.contains("help")) {
            std::cout << all;
            return 0;
        }
        std::signal(SIGPIPE, SIG_IGN);
        run(given);
        return 0;
    } catch (const std::exception& why) {
        std::cerr << "fake_venue: " << why.what() << '\n';
        return 1;
    }
}
