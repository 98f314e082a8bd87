/* What Swift's Glibc module does not have: extended attributes. */
#include "clab_observer.h"

#include <sys/xattr.h>

ssize_t clab_observer_file_capabilities(const char *path, void *buffer, size_t size) {
  return getxattr(path, "security.capability", buffer, size);
}
