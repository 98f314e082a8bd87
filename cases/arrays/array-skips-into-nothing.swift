import CNativeCases
import CrashLab

let arraySkipsIntoNothing = CrashCase(
  "array-skips-into-nothing", "A huge array steps over the guard to where nothing is mapped.",
  lesson: """
    The access stepped over the guard. The program died only because nothing happened to be \
    mapped there. SEGV_MAPERR and an address far from any guard make it look like a wild pointer.
    """,
  expect: .dies(
    .init(
      .segv, code: .segvMapErr, access: .write,
      site: .init(
        .pastGuard, owner: .init(kind: .thread, name: "overflower"), guardKind: .mapping,
        guardSize: 4096, overshoot: (1 << 20)...(2 << 20), skipped: (1 << 20)...(2 << 20)),
      frames: ["touch_lowest", "clab_case_array_lowest_first"]))
) { child in
  let memory = child.layOutStack(size: 512 << 10, below: 4 << 20, of: .hole)
  child.thread("overflower", stackSize: memory.size, memory: memory.limit) {
    clab_case_array_lowest_first()
  }
}
