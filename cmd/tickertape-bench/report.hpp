// What was found, for people and for machines.
//
// Threads: any.
#pragma once

#include "tickertape-bench/load.hpp"

#include <string>
#include <vector>

namespace tickertape::bench {

// One figure: its name is the key in JSON, its title and unit are what people read.
struct figure {
    std::string name;
    std::string title;
    double value = 0;  // not a number: there is none; null in JSON
    std::string unit{};
    int digits = 0;  // behind the point, in the table
};

std::vector<figure> figures_of(const options& o, const findings& f);

std::string as_table(const std::vector<figure>& figures);
std::string as_json(const std::vector<figure>& figures);

}  // namespace tickertape::bench
