#include "archive/place.hpp"
#include "support/catch.hpp"

using namespace tickertape::archive;

TEST_CASE("an address of a database is told from a directory", "[archive]")
{
    CHECK(is_database("postgresql://host/db"));
    CHECK(is_database("postgres://host/db"));
    CHECK_FALSE(is_database("sqlite:data"));
    CHECK_FALSE(is_database("postgresql"));
    CHECK_FALSE(is_database(""));
}

TEST_CASE("passwords of an address are not shown", "[archive]")
{
    CHECK(
        without_passwords("postgresql://me:secret@host:5432/db") ==
        "postgresql://me:********@host:5432/db");
    CHECK(
        without_passwords("postgresql:///db?host=/run/pg&password=secret&user=me") ==
        "postgresql:///db?host=/run/pg&password=********&user=me");
    CHECK(
        without_passwords("postgresql://h/d?sslpassword=a&p%61ssword=b") ==
        "postgresql://h/d?sslpassword=********&p%61ssword=********");
    // Nothing secret.
    CHECK(without_passwords("postgresql://me@host/db") == "postgresql://me@host/db");
    CHECK(
        without_passwords("postgresql://host:5432/db?application_name=a") ==
        "postgresql://host:5432/db?application_name=a");
    // Not well formed: rather too much than too little.
    CHECK(without_passwords("postgresql://me:a@b/c@host/db").find("a@b") == std::string::npos);
    CHECK(without_passwords("postgresql://me:a:b@host/db") == "postgresql://me:********@host/db");
}

TEST_CASE("passwords are known as they stand and decoded", "[archive]")
{
    CHECK(
        passwords_of("postgresql://me:p%40ss@host/db?password=other") ==
        std::vector<std::string>{"p%40ss", "p@ss", "other"});
    CHECK(passwords_of("postgresql://me@host/db").empty());
}

TEST_CASE("an address that would be misread is refused without repeating it", "[archive]")
{
    CHECK(wrong_with_database("postgresql://me:p%40ss@host/db").empty());
    CHECK(wrong_with_database("postgresql:///db?host=/run/postgresql").empty());
    for (const auto* bad :
         {"mysql://h/d", "postgresql://me:a@b@host/db", "postgresql://me:a/b@host/db",
          "postgresql://me:a b@host/db", "postgresql://h/d\n"}) {
        const auto why = wrong_with_database(bad);
        CHECK_FALSE(why.empty());
        CHECK(why.find("me:") == std::string::npos);
    }
}

TEST_CASE("a question mark in a password is refused, and the password is not shown", "[archive]")
{
    const std::string address = "postgresql://u:pa?ss@host/db?connect_timeout=5";
    CHECK(wrong_with_database(address).find("%3F") != std::string::npos);
    CHECK(without_passwords(address) == "postgresql://u:********@host/db?connect_timeout=5");
    CHECK(wrong_with_database("postgresql://host/db?options=-c%20x=@y").empty());
}
