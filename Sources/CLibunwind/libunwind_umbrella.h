/// libunwind (https://www.nongnu.org/libunwind/): the local and the remote unwinder.
/// pkg-config names the libraries to link; only the harness calls them.
#include <libunwind.h>
