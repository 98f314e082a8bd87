/// Zydis (https://zydis.re/): the x86-64 instruction decoder. Only the harness calls it.
#include <Zydis/Zydis.h>
