#pragma once
// The rules: what a compiler accepts and a reader should not have to. docs/STYLE.md says why.

#include "tree.h"

namespace tidy {

// sdk/layers.txt is obeyed; a third-party library is included by its home alone; a pure module
// asks neither the clock nor chance nor the disk; the library does not print.
void check_modules(const Tree& tree, Findings& findings);

// Sizes of files, functions and lines; characters; marks of unfinished work; how a header opens.
void check_shape(const Tree& tree, Findings& findings);

// What compiles and runs, most of the time: a loop over the inside of a temporary.
void check_traps(const Tree& tree, Findings& findings);

// Code in Markdown is the code it was taken from; a link leads somewhere.
void check_documents(const Tree& tree, const std::filesystem::path& root, Findings& findings);

// Worth a look, no fault: a source without its header, a header without its test.
void suggest_twins(const Tree& tree, Findings& hints);

}  // namespace tidy
