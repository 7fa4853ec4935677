# Warnings, sanitizers, and the functions that make one library of one directory.

find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the checkout are taken as relative ones, so that another checkout finds what this one has compiled.
  set(CCACHE_ENVIRONMENT CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${CCACHE_ENVIRONMENT} ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
                    -Wold-style-cast -Wcast-qual -Wformat=2 -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 reports these inside its own library's and Boost's inlined code at -O1 with sanitizers.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds -Wno-dangling-pointer -Wno-stringop-overread -Wno-free-nonheap-object)
endif()
add_compile_definitions(BOOST_JSON_NO_LIB BOOST_ASIO_NO_DEPRECATED _GLIBCXX_ASSERTIONS)

if(SPM_SANITIZE)
  add_compile_options(-fsanitize=${SPM_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SPM_SANITIZE})
  if(SPM_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio's fences stand beside the mutex of its queue, which is what ThreadSanitizer sees; GCC warns of every fence.
    add_compile_options(-Wno-tsan)
  endif()
endif()

if(SPM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # every library tells the fuzzer which of its branches an input took
endif()

# -pthread for all alike: a precompiled header serves only compilations with the same macros.
if(SPM_PCH)
  add_compile_options(-pthread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess -Wno-invalid-pch)  # lets ccache see through it
  endif()
  if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env ${CCACHE_ENVIRONMENT} CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  endif()
endif()

set(SPM_GENERATED ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${SPM_GENERATED})

# spm_library(NAME DIRECTORY [SQL] DEPS …): spm_NAME from DIRECTORY's sources; its *_test.cpp become spm_NAME_tests, linked into
# `unit_tests` and, for a quick turn, into `unit_NAME`.
function(spm_library name directory)
  cmake_parse_arguments(ARG "SQL" "" "DEPS" ${ARGN})
  string(REPLACE "/" "_" target ${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${directory}/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  if(name STREQUAL "integrations")
    message(FATAL_ERROR "one library for each integration")
  endif()
  if(sources)
    add_library(spm_${target} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(spm_${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(spm_${target} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR} ${SPM_GENERATED})
  target_link_libraries(spm_${target} ${scope} ${ARG_DEPS})
  if(SPM_PCH AND sources)
    if(target STREQUAL "base")
      target_precompile_headers(spm_base PRIVATE [["cmake/precompiled.hpp"]])
    else()
      target_precompile_headers(spm_${target} REUSE_FROM spm_base)
    endif()
  endif()
  if(ARG_SQL)
    get_filename_component(slice ${directory} NAME)
    set(header ${SPM_GENERATED}/${slice}/${slice}_sql.hpp)
    add_custom_command(OUTPUT ${header}
      COMMAND ${CMAKE_COMMAND} -E make_directory ${SPM_GENERATED}/${slice}
      COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_sql.py ${slice} ${directory}/${slice}.sql ${header}
      DEPENDS ${directory}/${slice}.sql ${CMAKE_SOURCE_DIR}/tools/embed_sql.py)
    add_custom_target(spm_${target}_sql DEPENDS ${header})
    add_dependencies(spm_${target} spm_${target}_sql)
  endif()
  if(tests AND SPM_TESTS)
    add_library(spm_${target}_tests OBJECT ${tests})
    target_link_libraries(spm_${target}_tests PUBLIC spm_${target} GTest::gmock rapidcheck)
    if(SPM_PCH)
      if(target STREQUAL "base")
        target_precompile_headers(spm_base_tests PRIVATE ${CMAKE_SOURCE_DIR}/cmake/precompiled_test.hpp)
      else()
        target_precompile_headers(spm_${target}_tests REUSE_FROM spm_base_tests)
      endif()
    endif()
    set_property(GLOBAL APPEND PROPERTY SPM_UNIT_TESTS spm_${target}_tests)
    set_property(GLOBAL APPEND PROPERTY SPM_UNIT_TESTED spm_${target})
    add_executable(unit_${target} EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/tests/support/unit_main.cpp)
    target_link_libraries(unit_${target} PRIVATE spm_${target}_tests spm_${target} GTest::gmock)
  endif()
endfunction()

function(spm_module name)
  spm_library(${name} ${CMAKE_SOURCE_DIR}/src/${name} ${ARGN})
endfunction()

function(spm_embed_migrations)
  file(GLOB migrations CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/db/migrations/*.sql)
  add_custom_command(OUTPUT ${SPM_GENERATED}/db/migrations_embedded.hpp
    COMMAND ${CMAKE_COMMAND} -E make_directory ${SPM_GENERATED}/db
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_migrations.py ${CMAKE_SOURCE_DIR}/db/migrations ${SPM_GENERATED}/db/migrations_embedded.hpp
    DEPENDS ${migrations} ${CMAKE_SOURCE_DIR}/tools/embed_migrations.py)
  add_custom_target(spm_migrations DEPENDS ${SPM_GENERATED}/db/migrations_embedded.hpp)
  add_dependencies(spm_db spm_migrations)
endfunction()

function(spm_embed_contract)
  add_custom_command(OUTPUT ${SPM_GENERATED}/http/contract_embedded.hpp
    COMMAND ${CMAKE_COMMAND} -E make_directory ${SPM_GENERATED}/http
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_contract.py ${CMAKE_SOURCE_DIR}/api/openapi.yaml ${SPM_GENERATED}/http/contract_embedded.hpp
    DEPENDS ${CMAKE_SOURCE_DIR}/api/openapi.yaml ${CMAKE_SOURCE_DIR}/tools/embed_contract.py)
  add_custom_target(spm_contract DEPENDS ${SPM_GENERATED}/http/contract_embedded.hpp)
  add_dependencies(spm_http spm_contract)
  add_dependencies(spm_spmctl spm_contract)
endfunction()

# The page that shows the contract.
function(spm_embed_docs)
  file(GLOB texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/app/docs/*)
  add_custom_command(OUTPUT ${SPM_GENERATED}/app/embedded.cpp
    COMMAND ${CMAKE_COMMAND} -E make_directory ${SPM_GENERATED}/app
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_text.py spm::app ${SPM_GENERATED}/app/embedded.cpp ${texts}
    DEPENDS ${texts} ${CMAKE_SOURCE_DIR}/tools/embed_text.py)
  target_sources(spm_app PRIVATE ${SPM_GENERATED}/app/embedded.cpp)
endfunction()

# The sandbox's scenarios and package lists travel inside the binary.
function(spm_embed_sandbox)
  file(GLOB texts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/sandbox/scenarios/*.json ${CMAKE_SOURCE_DIR}/sandbox/profiles/*.txt)
  add_custom_command(OUTPUT ${SPM_GENERATED}/sandbox/embedded.cpp
    COMMAND ${CMAKE_COMMAND} -E make_directory ${SPM_GENERATED}/sandbox
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_text.py spm::sandbox ${SPM_GENERATED}/sandbox/embedded.cpp ${texts}
    DEPENDS ${texts} ${CMAKE_SOURCE_DIR}/tools/embed_text.py)
  target_sources(spm_sandbox PRIVATE ${SPM_GENERATED}/sandbox/embedded.cpp)
endfunction()

# The dashboard travels inside the binary too. Without SPM_DASHBOARD nothing of web/ is touched and the table of its files is empty.
function(spm_embed_dashboard)
  set(embedded ${SPM_GENERATED}/cli/dashboard_embedded.cpp)
  set(embed ${Python3_EXECUTABLE} ${CMAKE_SOURCE_DIR}/tools/embed_dashboard.py ${embedded})
  file(MAKE_DIRECTORY ${SPM_GENERATED}/cli)
  set(depends ${CMAKE_SOURCE_DIR}/tools/embed_dashboard.py)
  if(SPM_DASHBOARD)
    find_program(NPM npm REQUIRED)
    set(web ${CMAKE_SOURCE_DIR}/web)
    set(built ${CMAKE_BINARY_DIR}/dashboard)
    add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/dashboard.installed
      COMMAND ${NPM} ci --no-audit --no-fund
      COMMAND ${CMAKE_COMMAND} -E touch ${CMAKE_BINARY_DIR}/dashboard.installed
      DEPENDS ${web}/package.json ${web}/package-lock.json WORKING_DIRECTORY ${web} COMMENT "Installing what the dashboard is built with")
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${web}/src/*.ts ${web}/src/*.tsx ${web}/src/*.css ${web}/public/* ${web}/build/*)
    list(FILTER sources EXCLUDE REGEX "/src/generated/")
    add_custom_command(OUTPUT ${embedded}
      COMMAND ${NPM} run build -- --outDir ${built} --emptyOutDir
      COMMAND ${embed} ${built}
      DEPENDS ${CMAKE_BINARY_DIR}/dashboard.installed ${sources} ${depends} ${web}/index.html ${web}/vite.config.ts ${web}/tsconfig.json
              ${CMAKE_SOURCE_DIR}/api/openapi.yaml
      WORKING_DIRECTORY ${web} COMMENT "Building the dashboard")
  else()
    add_custom_command(OUTPUT ${embedded} COMMAND ${embed} DEPENDS ${depends})
  endif()
  target_sources(spm_cli PRIVATE ${embedded})
endfunction()
