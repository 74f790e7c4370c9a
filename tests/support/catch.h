#pragma once
// One include for either Catch2 generation, so that a distribution upgrade touches this file only.
#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_test_macros.hpp>
#else
#include <catch2/catch.hpp>
#endif
