// swift-tools-version: 6.1
import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let package = Package(
  name: "crashlab",
  products: [
    .executable(name: "crashlab", targets: ["crashlab"]),
    .library(name: "CrashLab", targets: ["CrashLab"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CLibunwind",
      pkgConfig: "libunwind-generic",
      providers: [.apt(["libunwind-dev"])]
    ),
    .target(
      name: "CHarness",
      dependencies: ["CLibunwind"],
      path: "harness",
      cSettings: [.headerSearchPath("."), .define("_GNU_SOURCE")]
    ),
    .target(
      name: "CrashLab",
      dependencies: [
        "CHarness",
        .product(name: "Histogram", package: "hdrhistogram-swift"),
      ],
      swiftSettings: strict
    ),
    .target(
      name: "CNativeCases",
      dependencies: ["CHarness"],
      path: "cases/native",
      exclude: ["probed"],
      cSettings: [.define("_GNU_SOURCE")]
    ),
    // Not part of what the CrashLab product depends on, so it may have a flag of its own.
    .target(
      name: "CProbedCases",
      dependencies: ["CHarness"],
      path: "cases/native/probed",
      cSettings: [.unsafeFlags(["-fstack-clash-protection"])]
    ),
    .target(
      name: "Catalogue",
      dependencies: ["CrashLab", "CHarness", "CNativeCases", "CProbedCases"],
      path: "cases",
      exclude: ["native"],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "crashlab",
      dependencies: [
        "CrashLab", "Catalogue", "CHarness",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict
    ),
    .executableTarget(
      name: "hostile-children",
      dependencies: ["CrashLab", "CHarness"],
      path: "Tests/Programs/HostileChildren",
      swiftSettings: strict
    ),
    // Measures what `crashlab switch` measures, and shares no code with it.
    .executableTarget(
      name: "futex-ring",
      path: "Tests/Programs/FutexRing",
      cSettings: [.define("_GNU_SOURCE")]
    ),
    .testTarget(
      name: "CommandTests",
      dependencies: ["CrashLab", "Catalogue", "crashlab", "hostile-children", "futex-ring"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "CrashLabTests",
      dependencies: ["CrashLab", "Catalogue", "CHarness"],
      swiftSettings: strict
    ),
  ]
)
