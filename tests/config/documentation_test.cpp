#include "config/present.hpp"
#include "provider/registry.hpp"

#include "support/catch.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

using namespace tickertape;
using namespace tickertape::config;

TEST_CASE("the documented settings are the settings there are", "[config]")
{
    std::ifstream file{TICKERTAPE_ROOT "/docs/configuration.md"};
    const std::string page{std::istreambuf_iterator<char>{file}, {}};
    const std::string begin = "<!-- settings:begin -->\n";
    const std::string end = "<!-- settings:end -->";
    const auto first = page.find(begin);
    const auto last = page.find(end);
    REQUIRE(first != std::string::npos);
    REQUIRE(last != std::string::npos);
    const auto documented = page.substr(first + begin.size(), last - first - begin.size());
    // With the providers the server has, not those of the other tests.
    const auto expected = settings_markdown(setting_table{provider::provider_rows()});
    if (documented == expected)
        return;
    // Not through the test's report, which would wrap the lines.
    std::cout << expected;
    FAIL("docs/configuration.md should hold what stands above, between its markers");
}
