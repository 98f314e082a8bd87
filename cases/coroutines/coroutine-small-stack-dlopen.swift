import CNativeCases
import CrashLab
import Glibc

// How much it takes depends on the library and its machine: it is measured before.
let coroutineSmallStackDlopen = CrashCase(
  "coroutine-small-stack-dlopen",
  "dlopen on a coroutine's stack that has half of what it needs.",
  lesson: """
    Loading a library takes some KiB of stack: paths, headers and relocations are worked at in \
    local arrays. It comes in disguise: the first name looked up, the first character converted, \
    the first exception thrown load a library. The loader holds its lock meanwhile, so that a \
    handler that asks it for anything waits for ever.
    """,
  observed: true,
  expect: .init(
    faults: [
      .init(
        .segv, access: .write,
        site: .init(
          .guard, owner: .init(kind: .coroutine, name: "plugin"), guardKind: .mapping,
          overshoot: 1...4096),
        frames: ["clab_case_load", "clab_coroutine_bottom"])
    ],
    ending: .killed(.segv))
) { child in
  let large = child.layOutStack(size: 256 << 10)
  let small = child.layOutStack(size: 64 << 10)
  child.thread("scheduler") {
    // The first call of dlopen itself is bound here.
    _ = clab_case_load()
    let pattern: UInt8 = 0xa5
    memset(large.limit, CInt(pattern), large.size)
    child.coroutine("measured", on: large.limit, size: large.size) {
      if !clab_case_load() { child.skip("libutil.so.1 is not there: nothing to load") }
    }.resume()
    let bytes = UnsafeRawBufferPointer(start: large.limit, count: large.size)
    let needed = large.size - (bytes.firstIndex { $0 != pattern } ?? large.size)
    child.note("bytes of stack that it needs", needed)
    let size = min(small.size, max(1024, needed / 2) & ~15)
    child.coroutine("plugin", on: small.limit, size: size) { _ = clab_case_load() }.resume()
  }
}
