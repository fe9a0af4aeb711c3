# Every third-party part, from Debian packages except DuckDB and nanoarrow (packaging/duckdb.sh and nanoarrow.sh bring them).
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(simdjson REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(ZLIB REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81.0 EXACT REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_library(BROTLI_DECODER_LIBRARY brotlidec REQUIRED)
find_library(ISAL_LIBRARY isal REQUIRED)
find_library(RE2_LIBRARY re2 REQUIRED)
find_library(SECCOMP_LIBRARY seccomp REQUIRED)
find_library(XXHASH_LIBRARY xxhash REQUIRED)
if(BUILD_TESTING)
    find_package(GTest REQUIRED)
    find_library(BROTLI_ENCODER_LIBRARY brotlienc REQUIRED)
endif()

# Asio and Beast are compiled once; users see declarations only.
add_library(icelight_asio STATIC "${PROJECT_SOURCE_DIR}/cmake/asio_beast.cc")
target_compile_definitions(icelight_asio PUBLIC
    BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
    # Beast 1.81 asserts that a last chunk has five bytes; a body without chunks has three at first.
    $<$<CONFIG:Debug>:BOOST_DISABLE_ASSERTS>)
target_link_libraries(icelight_asio PUBLIC icelight_options Boost::headers Threads::Threads)
# GCC 12 sees only half of the pair of operators that recycle coroutine frames.
target_compile_options(icelight_asio PUBLIC $<$<CXX_COMPILER_ID:GNU>:-Wno-mismatched-new-delete>)

# Boost.JSON likewise.
add_library(icelight_json STATIC "${PROJECT_SOURCE_DIR}/cmake/boost_json.cc")
target_link_libraries(icelight_json PUBLIC icelight_options Boost::headers)

# DuckDB 1.5.5: the C header and the static archives of the Go modules. Only src/engine links it.
set(ICELIGHT_DUCKDB_DIR "" CACHE PATH "Folder with include/duckdb.h and lib/*.a (found by packaging/duckdb.sh)")
if(NOT ICELIGHT_DUCKDB_DIR)
    execute_process(COMMAND "${PROJECT_SOURCE_DIR}/packaging/duckdb.sh"
        OUTPUT_VARIABLE duckdb_dir OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(ICELIGHT_DUCKDB_DIR "${duckdb_dir}" CACHE PATH "" FORCE)
endif()
add_library(icelight_duckdb INTERFACE)
target_include_directories(icelight_duckdb SYSTEM INTERFACE "${ICELIGHT_DUCKDB_DIR}/include")
target_compile_definitions(icelight_duckdb INTERFACE DUCKDB_STATIC_BUILD)
target_link_directories(icelight_duckdb INTERFACE "${ICELIGHT_DUCKDB_DIR}/lib")
target_link_options(icelight_duckdb INTERFACE -rdynamic)
target_link_libraries(icelight_duckdb INTERFACE
    duckdb_static duckdb_generated_extension_loader autocomplete_extension core_functions_extension
    icu_extension json_extension parquet_extension tpcds_extension tpch_extension
    duckdb_fastpforlib duckdb_fmt duckdb_fsst duckdb_hyperloglog duckdb_mbedtls duckdb_miniz
    duckdb_pg_query duckdb_re2 duckdb_skiplistlib duckdb_utf8proc duckdb_yyjson duckdb_zstd
    dl pthread m)

# nanoarrow 0.9.0, what encodes Arrow's IPC messages, and the part of flatcc it needs. Only src/engine links it.
set(ICELIGHT_NANOARROW_DIR "" CACHE PATH "Folder with nanoarrow/ and flatcc/ (found by packaging/nanoarrow.sh)")
if(NOT ICELIGHT_NANOARROW_DIR)
    execute_process(COMMAND "${PROJECT_SOURCE_DIR}/packaging/nanoarrow.sh"
        OUTPUT_VARIABLE nanoarrow_dir OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(ICELIGHT_NANOARROW_DIR "${nanoarrow_dir}" CACHE PATH "" FORCE)
endif()
set(nanoarrow_sources
    nanoarrow/common/array.c nanoarrow/common/schema.c nanoarrow/common/utils.c nanoarrow/ipc/codecs.c
    nanoarrow/ipc/decoder.c nanoarrow/ipc/encoder.c
    flatcc/src/runtime/builder.c flatcc/src/runtime/emitter.c flatcc/src/runtime/refmap.c flatcc/src/runtime/verifier.c)
list(TRANSFORM nanoarrow_sources PREPEND "${ICELIGHT_NANOARROW_DIR}/")
add_library(icelight_nanoarrow STATIC ${nanoarrow_sources})
target_include_directories(icelight_nanoarrow SYSTEM PUBLIC "${ICELIGHT_NANOARROW_DIR}")
target_include_directories(icelight_nanoarrow SYSTEM PRIVATE "${ICELIGHT_NANOARROW_DIR}/flatcc/include")
target_compile_options(icelight_nanoarrow PRIVATE -w)
