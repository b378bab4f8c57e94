// Catch2 2 has its main() compiled by the user; Catch2 3 brings one in a library.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
