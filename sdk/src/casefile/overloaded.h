#pragma once
// One lambda per member of a variant: std::visit(overloaded{[](const A&) {}, ...}, variant). A
// member without its lambda does not compile.

namespace entente {

template <class... T>
struct overloaded : T... {
  using T::operator()...;
};
template <class... T>
overloaded(T...) -> overloaded<T...>;

}  // namespace entente
