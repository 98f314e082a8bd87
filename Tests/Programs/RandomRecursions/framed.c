/* The frames with a frame pointer, as packages are built. */
#include "plan.h"

#define FRAMES clab_framed
#include "random_frames_define.h"
