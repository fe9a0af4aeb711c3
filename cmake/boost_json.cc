// Boost.JSON compiled once; everyone else sees declarations.
#include <boost/json/src.hpp>
