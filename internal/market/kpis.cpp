#include "market/kpis.hpp"

#include "market/coins_known.hpp"
#include "market/contradictions.hpp"
#include "market/emission.hpp"

#include <algorithm>
#include <cmath>

namespace tickertape::market {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;
using std::chrono::sys_days;

constexpr int days_a_year = 365;

double seconds_of(wall_time at) noexcept
{
    return static_cast<double>(at.time_since_epoch().count()) / 1000;
}

// How old something is that was of the time `at` when it came.
milliseconds age_of(wall_time at, wall_time received_at, boot_time received, boot_time now)
{
    return std::max(received_at - at, milliseconds{0}) + std::max(now - received, milliseconds{0});
}

const coin* bitcoin_in(const snapshot* table)
{
    if (table == nullptr)
        return nullptr;
    const auto& coins = table->coins.coins;
    const auto id = id_of(table->coins.source, "BTC");
    const auto found = id ? std::ranges::find(coins, *id, &coin::id) : coins.end();
    return found == coins.end() ? nullptr : &*found;
}

bool is_within(double a, double b, double factor) noexcept
{
    return a <= b * factor && b <= a * factor;
}

std::string reason_in(const std::vector<withheld_figure>& all, std::string_view figure)
{
    const auto found = std::ranges::find(all, figure, &withheld_figure::figure);
    return found == all.end() ? std::string{} : std::string{found->why};
}

// None: our own price contradicts nothing in it.
std::optional<coin> held_row(const kpi_parts& parts, boot_time now)
{
    const auto* row = bitcoin_in(parts.table);
    if (row == nullptr || !parts.ours)
        return std::nullopt;
    return held_against(*row, parts.ours->value, parts.table->is_stale(now));
}

const network_figure* height_in(const network_snapshot* network)
{
    if (network == nullptr)
        return nullptr;
    const auto found = std::ranges::find(network->figures, "height", &network_figure::name);
    return found == network->figures.end() || !found->value ? nullptr : &*found;
}

int known_among(const std::vector<daily_close>& closes, sys_days first, sys_days end)
{
    return static_cast<int>(std::ranges::count_if(
        closes, [&](const daily_close& one) { return one.day >= first && one.day < end; }));
}

// Whether closes of so many of the days are enough.
bool is_enough(int known, int over, const kpi_limits& limits)
{
    return 6 * known >= limits.days_known_min_sixths * over;
}

class kpi_list {
public:
    kpi_list(const kpi_parts& parts, wall_time now, boot_time boot_now, const kpi_limits& limits)
        : parts_{parts}, now_{now}, boot_now_{boot_now}, limits_{limits}, held_{held_row(
                                                                              parts, boot_now)},
          row_{held_ ? &*held_ : bitcoin_in(parts.table)}, height_{height_in(parts.network)}
    {
        if (height_ != nullptr)
            supply_ = static_cast<double>(supply_at(static_cast<std::int64_t>(*height_->value))) /
                      satoshi_per_bitcoin;
    }

    std::vector<kpi> made() &&
    {
        constexpr std::size_t figures_there_are = 20;
        all_.reserve(figures_there_are);  // so that what add() gives stays where it is
        add_price();
        add_market_cap();
        add_dominance();
        add_day();
        add_supply();
        add_ath();
        add_volatility("volatility_30d", 30);
        add_volatility("volatility_90d", 90);
        add_fear_greed();
        if (parts_.has_realised)
            add_realised();
        return std::move(all_);
    }

private:
    kpi& add(std::string_view name, std::optional<double> value)
    {
        kpi one{.name = name};
        one.value = value;
        all_.push_back(std::move(one));
        return all_.back();
    }
    // From Bitcoin's row of the table.
    kpi& add_of_row(std::string_view name, std::optional<double> value)
    {
        auto& one = add(name, value);
        if (row_ == nullptr) {
            if (parts_.table != nullptr)
                one.withheld = "the table has no row of Bitcoin";
            return one;
        }
        const auto& table = *parts_.table;
        one.source = table.coins.source;
        one.at = row_->updated_at.value_or(table.received_at);
        one.age = age_of(*one.at, table.received_at, table.received, boot_now_);
        one.is_stale = table.is_stale(boot_now_) || row_->is_inactive ||
                       table.received_at - *one.at > limits_.row_age_max;
        one.withheld = reason_in(row_->withheld, name);
        return one;
    }
    // The same, computed of figures in it.
    kpi& compute_of_row(std::string_view name, std::optional<double> value)
    {
        auto& one = add_of_row(name, value);
        one.is_computed = row_ != nullptr;
        return one;
    }
    // From the height of the chain.
    kpi& compute_of_height(std::string_view name, std::optional<double> value)
    {
        auto& one = add(name, value);
        if (height_ == nullptr)
            return one;
        one.source = height_->source;
        one.at = height_->at;
        one.age = age_of(height_->at, height_->at, height_->received, boot_now_);
        one.is_computed = true;
        one.is_stale = parts_.network->is_stale(*height_, boot_now_);
        return one;
    }
    std::optional<double> in_row(std::optional<double> coin::*figure) const
    {
        return row_ == nullptr ? std::nullopt : row_->*figure;
    }

    std::optional<double> price_of_row() const
    {
        return row_ != nullptr && has_price(*row_) ? std::optional{row_->value.value()}
                                                   : std::nullopt;
    }
    // Why a figure that follows from both is not there.
    void explain(kpi& one, std::string_view other) const
    {
        if (one.value || row_ == nullptr)
            return;
        one.withheld = reason_in(row_->withheld, other);
        if (one.withheld.empty())
            one.withheld = reason_in(row_->withheld, "price");
    }

    void add_price()
    {
        auto& one = add_of_row("price", price_of_row());
        if (!parts_.ours)
            return;
        one.withheld.clear();
        one.value = parts_.ours->value;
        one.source = parts_.ours->source;
        one.at = parts_.ours->at;
        one.age = parts_.ours->age;
        one.is_stale = false;
    }

    void add_market_cap()
    {
        auto& cap = add_of_row("market_cap", in_row(&coin::market_cap));
        const auto said = in_row(&coin::circulating_supply);
        if (cap.value && said && supply_ &&
            std::abs(*said - *supply_) > *supply_ * limits_.supply_off_max) {
            cap.value.reset();
            cap.withheld = "the source's supply is not that of the chain";
        }
        if (cap.value && !said && supply_ && price_of_row() &&
            std::abs(*cap.value / (*price_of_row() * *supply_) - 1) > limits_.cap_off_max) {
            cap.value.reset();
            cap.withheld = "is not price times the supply of the chain";
        }
    }

    void add_dominance()
    {
        const auto* whole =
            parts_.table != nullptr && parts_.table->whole ? &*parts_.table->whole : nullptr;
        auto& one = add("dominance", whole ? whole->bitcoin_dominance_percent : std::nullopt);
        if (whole == nullptr)
            return;
        one.source = whole->source;
        one.at = whole->updated_at.value_or(parts_.table->whole_received_at);
        one.age = age_of(
            *one.at, parts_.table->whole_received_at, parts_.table->whole_received, boot_now_);
        one.is_stale = *one.age > limits_.whole_age_max;
        one.withheld = reason_in(whole->withheld, "bitcoin_dominance_percent");
    }

    void add_day()
    {
        add_of_row("volume_24h", in_row(&coin::volume_24h));
        // What the price was follows from the change in percent: the two always fit together.
        const auto percent = in_row(&coin::change_24h_percent);
        std::optional<double> change;
        if (percent && price_of_row())
            change = *price_of_row() * (1 - 100 / (100 + *percent));
        auto& one = compute_of_row("change_24h", change);
        explain(one, "change_24h_percent");
        add_of_row("change_24h_percent", percent);
        add_of_row("high_24h", in_row(&coin::high_24h));
        add_of_row("low_24h", in_row(&coin::low_24h));
    }

    void add_supply()
    {
        const auto most = static_cast<double>(supply_in_the_end()) / satoshi_per_bitcoin;
        compute_of_height("circulating_supply", supply_);
        auto& end = add("max_supply", most);
        end.source = "protocol";
        end.is_computed = true;
        compute_of_height(
            "mined_percent", supply_ ? std::optional{100 * *supply_ / most} : std::nullopt);
    }

    void add_ath()
    {
        add_of_row("ath", in_row(&coin::ath));
        const auto reached = row_ == nullptr ? std::nullopt : row_->ath_at;
        auto& when =
            add_of_row("ath_at", reached ? std::optional{seconds_of(*reached)} : std::nullopt);
        when.is_time = true;
        auto& since = compute_of_row(
            "days_since_ath", reached ? std::optional{days_between(*reached, now_)} : std::nullopt);
        if (row_ != nullptr)
            since.withheld = reason_in(row_->withheld, "ath_at");
        // Both of the row: our price is of another market than the source's high.
        std::optional<double> fall;
        if (const auto high = in_row(&coin::ath); high && price_of_row())
            fall = std::max(0.0, 100 * (1 - *price_of_row() / *high));
        explain(compute_of_row("drawdown_percent", fall), "ath");
    }

    // Between their dates in UTC.
    static double days_between(wall_time from, wall_time to)
    {
        const auto passed = std::chrono::floor<days>(to) - std::chrono::floor<days>(from);
        return static_cast<double>(std::max(passed, days{0}).count());
    }

    void add_volatility(std::string_view name, int over)
    {
        auto& one = add(name, std::nullopt);
        one.window_days = over;
        if (!parts_.closes) {
            one.withheld = parts_.no_closes_why;
            return;
        }
        const auto today = std::chrono::floor<days>(now_);
        const auto& closes = *parts_.closes;
        one.value = volatility_percent(closes, today, over, limits_);
        one.source = "archive";
        one.is_computed = true;
        one.days_known = known_among(closes, today - days{over}, today);
        if (!is_enough(one.days_known, over, limits_))
            one.withheld = "of the last " + std::to_string(over) + " days the archive has " +
                           std::to_string(one.days_known) + " closes, too few";
        for (const auto& each : closes) {
            if (each.day < today - days{over + 1} || each.day >= today)
                continue;
            one.at = wall_time{each.day + days{1}};
            if (std::ranges::find(one.closes_of, each.source) == one.closes_of.end())
                one.closes_of.push_back(each.source);
        }
        if (!one.at)
            return;
        one.age = now_ - *one.at;
        one.is_stale = *one.age > limits_.close_age_max;
    }

    void add_fear_greed()
    {
        const auto* mood = parts_.mood;
        auto& one = add("fear_greed", mood ? std::optional{mood->index.value} : std::nullopt);
        if (mood == nullptr)
            return;
        one.source = alternative_me;
        one.at = mood->index.day;
        one.age = age_of(mood->index.day, mood->received_at, mood->received, boot_now_);
        one.is_stale = *one.age > limits_.mood_age_max;
        one.word = mood->index.word;
    }

    void add_realised()
    {
        const auto* known = parts_.realised;
        const auto add_of = [&](std::string_view name, std::optional<double> value) -> kpi& {
            auto& one = add(name, value);
            if (known == nullptr)
                return one;
            one.source = coin_metrics;
            one.licence = coin_metrics_licence;
            one.at = known->index.day;
            one.age = age_of(known->index.day, known->received_at, known->received, boot_now_);
            one.is_stale = *one.age > limits_.realised_age_max;
            return one;
        };
        // It is not given, but follows from the market cap that the same source says of that day.
        auto& cap = add_of("realised_cap", known ? known->index.cap() : std::nullopt);
        cap.is_computed = known != nullptr;
        const double theirs = known ? known->index.market_cap.value_or(0) : 0;
        const double ours = row_ ? row_->market_cap.value_or(0) : 0;
        if (theirs > 0 && ours > 0 && !is_within(theirs, ours, limits_.realised_off_max)) {
            cap.value.reset();
            cap.withheld = "the market cap that it follows from is not that of the table";
        }
        add_of("mvrv", known ? std::optional{known->index.mvrv} : std::nullopt);
    }

    const kpi_parts& parts_;
    const wall_time now_;
    const boot_time boot_now_;
    const kpi_limits& limits_;
    const std::optional<coin> held_;      // the row, if our own price contradicts figures of it
    const coin* const row_;               // null: it is not known
    const network_figure* const height_;  // the same
    std::optional<double> supply_{};
    std::vector<kpi> all_;
};

}  // namespace

std::optional<double> volatility_percent(
    const std::vector<daily_close>& closes, sys_days today, int over, const kpi_limits& limits)
{
    const auto first = today - days{over};
    if (!is_enough(known_among(closes, first, today), over, limits))
        return std::nullopt;
    std::vector<double> returns;
    const daily_close* before = nullptr;
    for (const auto& one : closes) {
        if (one.day >= first && one.day < today && before != nullptr &&
            one.day - before->day == days{1})
            returns.push_back(std::log(one.close.value() / before->close.value()));
        before = &one;
    }
    if (returns.size() < 2)
        return std::nullopt;
    const auto count = static_cast<double>(returns.size());
    double mean = 0;
    for (const auto each : returns)
        mean += each / count;
    double squares = 0;
    for (const auto each : returns)
        squares += (each - mean) * (each - mean);
    return 100 * std::sqrt(squares / (count - 1) * days_a_year);
}

std::vector<kpi>
kpis_of(const kpi_parts& parts, wall_time now, boot_time boot_now, const kpi_limits& limits)
{
    return kpi_list{parts, now, boot_now, limits}.made();
}

}  // namespace tickertape::market
