/// elfutils (https://sourceware.org/elfutils/): ELF files and DWARF debug information.
/// pkg-config names the libraries to link; only the naming process calls them.
#include <elfutils/libdw.h>
#include <elfutils/libdwelf.h>
#include <elfutils/libdwfl.h>
