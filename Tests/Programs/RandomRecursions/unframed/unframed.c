/* The frames without a frame pointer: the package description gives this target its flags. */
#define FRAMES clab_unframed
#include "random_frames_define.h"
