@testable import CrashLab

/// Offsets of each version, as the C compiler gives them for its headers (offsetof); and what three
/// interpreters of Debian publish at the start of _PyRuntime.
extension SyntheticPython.Version {
  static let all = [minor11, minor12, minor13, moved, minor14, minor15]

  private static let minor11 = Self(
    testDescription: "3.11.7", hex: 0x030b_07f0, runtimeHead: 40, interpreterSize: 256,
    interpreterThreads: 16, threadIdentifier: 152, threadFrame: 56, recordFrame: 8,
    recordPrevious: 16,
    frameCode: 32,
    framePrevious: 48, frameOwner: 69, codeFirstLine: 72, codeInstructions: 184, ascii: 48)

  private static let minor12 = Self(
    testDescription: "3.12.1", hex: 0x030c_01f0, runtimeHead: 40, interpreterSize: 256,
    interpreterThreads: 72, threadIdentifier: 136, threadFrame: 56, recordFrame: 0,
    codeInstructions: 192)

  private static let minor13 = Self(
    testDescription: "3.13.5", hex: 0x030d_05f0, runtimeHead: 632, interpreterSize: 7360,
    interpreterNext: 7264, interpreterThreads: 7344, threadIdentifier: 152, threadFrame: 72,
    codeInstructions: 200,
    published: [
      0x7970_6775_6265_6478, 0x030d_05f0, 0, 283376, 608, 632, 194976, 7272, 7264, 7344, 7400, 7656,
      7640, 7648, 16, 7752, 0, 7768, 7760, 304, 0, 8, 16, 72, 152, 160, 232, 32, 80, 8, 0, 56, 72,
      70, 208, 112, 120, 128, 136, 68, 52, 96, 104, 200, 16, 8, 416, 24, 88, 168, 32, 24, 16, 40,
      24, 16, 48, 32, 40, 24, 16, 32, 16, 24, 40, 16, 32, 64, 32, 16, 40, 240, 200,
    ])

  /// Of no release: what is published is what counts.
  private static let moved: Self = {
    var moved = minor13
    moved.testDescription = "3.13 with other offsets"
    (moved.runtimeHead, moved.published[5]) = (640, 640)
    (moved.interpreterNext, moved.published[8]) = (7200, 7200)
    (moved.interpreterThreads, moved.published[9]) = (7352, 7352)
    (moved.threadFrame, moved.published[23]) = (80, 80)
    (moved.threadIdentifier, moved.published[24]) = (168, 168)
    (moved.frameOwner, moved.published[33]) = (71, 71)
    (moved.codeFirstLine, moved.published[39]) = (72, 72)
    return moved
  }()

  private static let minor14 = Self(
    testDescription: "3.14.10", hex: 0x030e_0af0, runtimeHead: 808, interpreterSize: 7360,
    interpreterNext: 7272, interpreterThreads: 7344, threadIdentifier: 152, threadFrame: 72,
    frameOwner: 74, codeInstructions: 208, tag: 1,
    published: [
      0x7970_6775_6265_6478, 0x030e_0af0, 0, 316616, 784, 808, 225864, 7280, 7272, 7344, 7360, 7408,
      7688, 7672, 7680, 16, 7784, 0, 7800, 7792, 7992, 0, 832, 0, 8, 16, 72, 152, 160, 232, 32, 88,
      8, 0, 56, 80, 74, 64, 0, 216, 112, 120, 128, 136, 68, 52, 96, 104, 208, 0, 16, 8, 416, 24, 88,
      168, 40, 32, 16, 40, 24, 16, 200, 24, 40, 32, 48, 32, 40, 24, 16, 32, 16, 24, 40, 16, 32, 64,
      32, 16, 40, 264, 192, 160, 24, 72, 67, 0, 8, 24, 304, 8076, 0, 4, 512,
    ])

  private static let minor15 = Self(
    testDescription: "3.15.2", hex: 0x030f_02f0, runtimeHead: 936, interpreterSize: 7360,
    interpreterNext: 7264, interpreterThreads: 7336, threadIdentifier: 176, threadFrame: 72,
    frameOwner: 74, codeInstructions: 208, tag: 1,
    published: [
      0x7970_6775_6265_6478, 0x030f_02f0, 0, 346568, 912, 936, 226240, 7272, 7264, 7336, 7352, 7400,
      7592, 7576, 7584, 16, 7736, 0, 7752, 7744, 7944, 0, 888, 0, 8, 16, 72, 80, 88, 96, 176, 184,
      256, 32, 36, 40, 136, 288, 0, 88, 8, 0, 56, 80, 74, 64, 0, 216, 112, 120, 128, 136, 68, 52,
      96, 104, 208, 0, 16, 8, 424, 24, 88, 168, 32, 288, 944, 888, 40, 32, 16, 40, 24, 16, 200, 24,
      40, 32, 48, 32, 40, 24, 16, 32, 16, 24, 40, 16, 32, 64, 32, 16, 40, 56, 176, 112, 120, 1120,
      104, 160, 24, 72, 67, 0, 8, 24, 344, 8028, 0, 4, 512,
    ])
}
