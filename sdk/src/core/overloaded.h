#pragma once
// One lambda per member of a variant: std::visit(Overloaded{[](const A&) {}, ...}, variant). A
// member without its lambda does not compile.

namespace entente {

template <class... T>
struct Overloaded : T... {
  using T::operator()...;
};
template <class... T>
Overloaded(T...) -> Overloaded<T...>;

}  // namespace entente
