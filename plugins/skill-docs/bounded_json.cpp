// For targets that compile this plugin's sources themselves instead of linking platos_plugin_common.
#include "../common/bounded_json.cpp"
