#include "semantic/path/funnel.h"

#include <utility>

#include <fmt/format.h>

#include "semantic/path/duration.h"

namespace icelight::semantic {
namespace {

constexpr std::size_t kExclusionsMax = 20;

Checked<std::optional<std::int64_t>> read_duration(ObjectReader& reader, std::string_view key) {
    ICE_ASSIGN(const auto text, reader.find_string(key));
    if (!text || text->empty()) return std::optional<std::int64_t>();
    const auto duration = parse_duration_us(*text);
    if (!duration) {
        return refuse(fmt::format("`{}` is not an ISO 8601 duration of weeks, days, hours, minutes "
                                  "and seconds; \"P7D\" and \"PT1H30M\" are",
                                  *text),
                      reader.at(key).pointer());
    }
    return duration;
}

class FunnelReader {
public:
    FunnelReader(Funnel& funnel, const QueryContext& context, Warnings& warnings)
        : funnel_(funnel), context_(context), warnings_(warnings) {}

    Checked<> read(ObjectReader& mode) {
        ICE_TRY(read_steps(mode));
        ICE_TRY(read_mode(mode));
        ICE_ASSIGN(funnel_.total_us, read_duration(mode, "globalTimeWindow"));
        ICE_ASSIGN(const auto times, mode.find_bool("includeTimeMetrics"));
        funnel_.wants_times = times.value_or(false);
        ICE_TRY(read_exclusions(mode));
        ICE_ASSIGN(
            funnel_.breakdown,
            read_event_dimensions(mode, "breakdownDimensions", funnel_.scope, context_.model));
        ICE_ASSIGN(const auto limit, mode.find_integer("breakdownLimit", 1, kBreakdownValuesMax));
        funnel_.breakdown_limit = limit.value_or(kBreakdownValuesDefault);
        if (limit && funnel_.breakdown.empty()) {
            warn_no_effect(mode, "breakdownLimit", "there is no `breakdownDimensions`");
        }
        ICE_TRY(read_users(mode));
        mode.warn_unknown(warnings_);
        return {};
    }

private:
    Checked<> read_steps(ObjectReader& mode) {
        const Place place = mode.at("steps");
        ICE_ASSIGN(const auto* const list, mode.find_array("steps", kFunnelStepsMax));
        if (list == nullptr || list->size() < 2) {
            return refuse("a funnel needs at least two steps", place.pointer());
        }
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Place step_place(place, i);
            ICE_ASSIGN(auto reader, ObjectReader::open((*list)[i], step_place));
            ICE_ASSIGN(FunnelStep step, read_step(reader, i));
            funnel_.steps.push_back(std::move(step));
        }
        return {};
    }

    Checked<> read_mode(ObjectReader& mode) {
        ICE_ASSIGN(const auto name, mode.find_string("mode"));
        if (name && *name != "any" && *name != "first") {
            return refuse_name("`mode` is \"any\" or \"first\"",
                               mode.at("mode").pointer(),
                               *name,
                               {"any", "first"});
        }
        funnel_.is_first = name == "first";
        return {};
    }

    Checked<FunnelStep> read_step(ObjectReader& reader, std::size_t index) {
        ICE_ASSIGN(auto read,
                   read_event_step(
                       reader, funnel_.scope, filter_context(funnel_.scope, context_, warnings_)));
        FunnelStep step;
        step.name = read.name.value_or(fmt::format("Step {}", index + 1));
        step.filter = std::move(read.filter);
        ICE_ASSIGN(step.within_us, read_duration(reader, "timeToConvert"));
        if (index == 0 && step.within_us) {
            warnings_.push_back({"NO_EFFECT",
                                 "the first step follows none: its timeToConvert says nothing",
                                 reader.at("timeToConvert").pointer()});
            step.within_us.reset();
        }
        reader.warn_unknown(warnings_);
        return step;
    }

    Checked<> read_exclusions(ObjectReader& mode) {
        const Place place = mode.at("exclusions");
        ICE_ASSIGN(const auto* const list, mode.find_array("exclusions", kExclusionsMax));
        if (list == nullptr) return {};
        for (std::size_t i = 0; i < list->size(); ++i) {
            const Place item_place(place, i);
            ICE_ASSIGN(auto reader, ObjectReader::open((*list)[i], item_place));
            FunnelExclusion exclusion;
            const auto last = static_cast<std::int64_t>(funnel_.steps.size() - 1);
            ICE_ASSIGN(const auto from, reader.find_integer("fromStep", 0, last - 1));
            ICE_ASSIGN(const auto to, reader.find_integer("toStep", from.value_or(0) + 1, last));
            exclusion.from_step = static_cast<std::size_t>(from.value_or(0));
            exclusion.to_step = static_cast<std::size_t>(to.value_or(last));
            ICE_ASSIGN(exclusion.filter,
                       read_event_filter(reader.find("filter"),
                                         reader.at("filter"),
                                         funnel_.scope,
                                         filter_context(funnel_.scope, context_, warnings_)));
            if (exclusion.filter.children.empty()) {
                return refuse(
                    "an exclusion needs a filter: without one, every event breaks every "
                    "chain",
                    item_place.pointer());
            }
            reader.find("name");  // For people.
            reader.warn_unknown(warnings_);
            funnel_.exclusions.push_back(std::move(exclusion));
        }
        return {};
    }

    void warn_no_effect(const ObjectReader& mode, std::string_view key, std::string why) {
        warnings_.push_back({"NO_EFFECT", std::move(why), mode.at(key).pointer()});
    }

    Checked<> read_users(ObjectReader& mode) {
        const auto* const value = mode.find("users");
        if (value == nullptr) return {};
        const Place place = mode.at("users");
        ICE_ASSIGN(auto reader, ObjectReader::open(*value, place));
        FunnelUsers users;
        const auto last = static_cast<std::int64_t>(funnel_.steps.size() - 1);
        ICE_ASSIGN(const auto step, reader.find_integer("step", 0, last));
        if (!step) return refuse("`users` needs a `step`, counted from 0", place.pointer());
        users.step = static_cast<std::size_t>(*step);
        ICE_ASSIGN(const auto state, reader.find_string("state"));
        if (state && *state != "reached" && *state != "dropped") {
            return refuse_name("`state` is \"reached\" or \"dropped\"",
                               reader.at("state").pointer(),
                               *state,
                               {"reached", "dropped"});
        }
        users.has_dropped = state == "dropped";
        ICE_ASSIGN(const auto limit, reader.find_integer("limit", 1, kLimitMax));
        users.limit = limit.value_or(kUserListDefault);
        ICE_ASSIGN(const auto offset, reader.find_integer("offset", 0, kOffsetMax));
        users.offset = offset.value_or(0);
        reader.warn_unknown(warnings_);
        if (funnel_.wants_times)
            warn_no_effect(mode, "includeTimeMetrics", "`users` asks for users, not for counts");
        if (!funnel_.breakdown.empty())
            warn_no_effect(mode, "breakdownDimensions", "`users` asks for users, not for counts");
        funnel_.users = users;
        return {};
    }

    Funnel& funnel_;
    const QueryContext& context_;
    Warnings& warnings_;
};

}  // namespace

Checked<Funnel> read_funnel(ObjectReader& query, const QueryContext& context, Warnings& warnings) {
    const Place place = query.at("funnel");
    const auto* const value = query.find("funnel");
    if (value == nullptr) return refuse("there is no `funnel`", place.pointer());
    ICE_ASSIGN(auto mode, ObjectReader::open(*value, place));
    Funnel funnel;
    ICE_ASSIGN(funnel.scope, read_event_scope(query, mode, context, warnings));
    ICE_TRY(FunnelReader(funnel, context, warnings).read(mode));
    return funnel;
}

}  // namespace icelight::semantic
